// A report's four forms, with text that each must quote.

#include "tools/atoll/report.h"

#include <gtest/gtest.h>

#include "tests/tools/csv.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

Report awkward() {
  Report report;
  report.document =
      Json::array({{{"name", "a,b \"c\"\nd|e"}, {"n", 1}}, {{"n", 22}, {"x", nullptr}}});
  report.rows = table_of(report.document);
  report.sections = {{"Title", report.rows, {"A note."}}};
  return report;
}

TEST(Report, IsATableOfAllKeys) {
  const Table table = awkward().rows;
  ASSERT_EQ(table.columns.size(), 3U);
  EXPECT_EQ(table.columns[0].name, "name");
  EXPECT_TRUE(table.columns[1].right);
  EXPECT_EQ(table.rows[1], (std::vector<std::string>{"", "22", ""}));
}

TEST(Report, SurvivesCsv) {
  const Report report = awkward();
  const std::string text = render(report, Format::kCsv);
  EXPECT_TRUE(text.starts_with("name,n,x\n\"a,b \"\"c\"\"\n")) << text;
  const CsvRows rows = parse_csv(text);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1], report.rows.rows[0]);
  EXPECT_EQ(rows[2], report.rows.rows[1]);
}

TEST(Report, EscapesMarkdown) {
  EXPECT_EQ(render(awkward(), Format::kMarkdown),
            "**Title**\n\n"
            "| name | n | x |\n"
            "| --- | ---: | --- |\n"
            "| a,b \"c\" d\\|e | 1 |  |\n"
            "|  | 22 |  |\n"
            "\n- A note.\n");
}

TEST(Report, AlignsATable) {
  Report report;
  report.sections = {{"Title", {{{"a"}, {"bbb", true}}, {{"xy", "1"}, {"z", "2222"}}}, {}},
                     {"", {}, {"Only a note."}}};
  EXPECT_EQ(render(report, Format::kTable),
            "Title\na    bbb\nxy     1\nz   2222\n\nOnly a note.\n");
  EXPECT_EQ(render(report, Format::kTable, true),
            "\x1b[1mTitle\x1b[0m\n\x1b[1ma    bbb\x1b[0m\nxy     1\nz   2222\n\nOnly a note.\n");
}

TEST(Report, KeepsTheOrderOfJson) {
  Report report;
  report.document = {{"z", 1}, {"a", 2}};
  EXPECT_EQ(render(report, Format::kJson), "{\n  \"z\": 1,\n  \"a\": 2\n}\n");
}

TEST(Formats, AreKnownByName) {
  for (const std::string& name : format_names()) EXPECT_TRUE(parse_format(name).has_value());
  EXPECT_EQ(parse_format("JSON"), std::nullopt);
}

TEST(Text, IsForPeople) {
  EXPECT_EQ(hex(0), "0x0");
  EXPECT_EQ(hex(0xC000000000), "0xc000000000");
  EXPECT_EQ(human_bytes(0), "0");
  EXPECT_EQ(human_bytes(880), "880");
  EXPECT_EQ(human_bytes(2048), "2 KiB");
  EXPECT_EQ(human_bytes(std::uint64_t{64} << 20), "64 MiB");
  EXPECT_EQ(human_bytes(2162688), "2112 KiB");
  EXPECT_EQ(percent(0.124969), "12.50 %");
  const std::vector<std::string> words = {"a", "b", "c"};
  EXPECT_EQ(enumerate(words), "a, b and c");
  EXPECT_EQ(enumerate(words, "or"), "a, b or c");
}

TEST(Text, GuessesWhatWasMeant) {
  const std::vector<std::string> words = {"linux", "windows", "arm64"};
  EXPECT_EQ(closest("linus", words), "linux");
  EXPECT_EQ(closest("wnidows", words), "windows");
  EXPECT_EQ(closest("arm65", words), "arm64");
  EXPECT_EQ(closest("something", words), std::nullopt);
  EXPECT_EQ(closest("", words), std::nullopt);
}

TEST(Text, IsWrappedAtSpaces) {
  EXPECT_EQ(wrap("aa bb cc", 5), (std::vector<std::string>{"aa bb", "cc"}));
  EXPECT_EQ(wrap("muchtoolong b", 5), (std::vector<std::string>{"muchtoolong", "b"}));
}

}  // namespace
}  // namespace Atoll::tool
