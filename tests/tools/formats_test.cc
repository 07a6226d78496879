// The four forms of one answer say the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/tools/command.h"
#include "tests/tools/csv.h"

namespace Atoll {
namespace {

std::string plain(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : " ") + plain(element);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Cells of a Markdown row without escaped pipes.
std::vector<std::string> markdown_cells(const std::string& line) {
  std::vector<std::string> cells;
  std::size_t begin = 2;
  for (std::size_t end = line.find(" |", begin - 1); end != std::string::npos;
       end = line.find(" |", begin - 1)) {
    std::string cell = end < begin ? "" : line.substr(begin, end - begin);
    std::erase(cell, '\\');
    cells.push_back(cell);
    begin = end + 3;
  }
  return cells;
}

void expect_rows(const CsvRows& rows, const Json& array) {
  ASSERT_EQ(rows.size(), array.size() + 1);
  for (std::size_t i = 0; i < array.size(); ++i) {
    ASSERT_EQ(rows[i + 1].size(), array[i].size());
    std::size_t column = 0;
    for (const auto& [key, value] : array[i].items()) {
      EXPECT_EQ(rows[0][column], key);
      EXPECT_EQ(rows[i + 1][column], plain(value));
      ++column;
    }
  }
}

TEST(Csv, OfPortsHasAllKeys) {
  for (const std::string& release : releases()) {
    const std::string call = "ports --go " + release;
    expect_rows(parse_csv(run(call + " --format csv").out), ask(call));
  }
}

TEST(Csv, OfOnePortIsARowOfPorts) {
  const std::string flags = " --goos linux --goarch arm64 --format csv";
  EXPECT_EQ(run("port" + flags).out, run("ports" + flags).out);
}

TEST(Csv, OfClassesIsTheJson) {
  expect_rows(parse_csv(run("classes --format csv").out), ask("classes")["classes"]);
  const Json answer = ask("classes --tables");
  const CsvRows rows = parse_csv(run("classes --tables --format csv").out);
  EXPECT_EQ(rows.size(), 1 + answer["classes"].size() + 129 + 249 + answer["divmagic"].size());
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
}

TEST(Csv, OfHintsIsTheJson) {
  const std::string call = "hints --goos linux --goarch amd64 --go 1.20";
  const Json answer = ask(call);
  const CsvRows rows = parse_csv(run(call + " --format csv").out);
  ASSERT_EQ(rows.size(), 129U);
  for (std::size_t i = 0; i < 128; ++i) {
    const bool user = i >= 64;
    EXPECT_EQ(rows[i + 1][4], user ? "user" : "main");
    EXPECT_EQ(rows[i + 1][5], std::to_string(i % 64));
    const Json& address = answer[user ? "user" : "main"][i % 64];
    EXPECT_EQ(rows[i + 1][6], address.get<std::string>());
  }
  EXPECT_EQ(run("hints --goos linux --goarch 386 --format csv").out,
            "go,goos,goarch,race,list,order,address,usable\n");
}

TEST(Csv, OfDiffIsTheJson) {
  const Json answer = ask("diff --go 1.11 --go 1.12");
  const CsvRows rows = parse_csv(run("diff --go 1.11 --go 1.12 --format csv").out);
  EXPECT_EQ(rows.size(), 1 + answer["added"].size() + answer["removed"].size() +
                             answer["raceAdded"].size() + answer["raceRemoved"].size() +
                             answer["changed"].size());
}

TEST(Markdown, OfPortsHasAllKeys) {
  const std::vector<std::string> lines = lines_of(run("ports --format markdown").out);
  const CsvRows rows = parse_csv(run("ports --format csv").out);
  ASSERT_EQ(lines.size(), rows.size() + 1);
  EXPECT_EQ(markdown_cells(lines[0]), rows[0]);
  EXPECT_EQ(markdown_cells(lines[1]).size(), rows[0].size());
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_EQ(markdown_cells(lines[i + 1]), rows[i]);
}

TEST(Table, OfPortsFitsAndHasEveryPort) {
  for (const std::string& release : releases()) {
    const Json ports = ask("ports --go " + release);
    const std::vector<std::string> lines = lines_of(run("ports --go " + release).out);
    ASSERT_EQ(lines.size(), ports.size() + 2);
    for (const std::string& line : lines) EXPECT_LE(line.size(), 120U);
    for (std::size_t i = 0; i < ports.size(); ++i) {
      EXPECT_TRUE(lines[i + 2].starts_with(ports[i]["goos"].get<std::string>() + "/" +
                                           ports[i]["goarch"].get<std::string>() + " "));
    }
  }
}

TEST(Table, OfAPortHasEveryKeyAndItsMeaning) {
  const Json port = ask("port --goos linux --goarch amd64 --go 1.22");
  const std::vector<std::string> lines =
      lines_of(run("port --goos linux --goarch amd64 --go 1.22").out);
  ASSERT_EQ(lines.size(), port.size() + 2);
  std::size_t i = 2;
  for (const auto& [key, value] : port.items()) EXPECT_TRUE(lines[i++].starts_with(key + " "));
  const auto arena = std::ranges::find_if(
      lines, [](const std::string& line) { return line.starts_with("heapArenaBytes "); });
  ASSERT_NE(arena, lines.end());
  EXPECT_NE(arena->find(" 64 MiB  arena"), std::string::npos);
}

TEST(Table, HasNoColoursInAFile) {
  for (const char* call : {"ports", "classes", "diff --go 1.11 --go 1.27"}) {
    EXPECT_EQ(run(call).out.find('\x1b'), std::string::npos);
  }
}

TEST(Json, OfEveryAnswerBearsTheRelease) {
  for (const char* call :
       {"port --goos linux --goarch arm --go 1.16", "hints --goos linux --goarch arm --go 1.16",
        "classes --go 1.16", "diff --go 1.15 --go 1.16"}) {
    EXPECT_EQ(ask(call).at("go"), "1.16") << call;
  }
}

}  // namespace
}  // namespace Atoll
