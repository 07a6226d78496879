// `atoll classes`, --help and --version.

#include <gtest/gtest.h>

#include <array>

#include "tests/tools/command.h"

namespace Atoll {
namespace {

TEST(Classes, HaveTheKnownValues) {
  for (const std::string& release : releases()) {
    const bool has_24 = std::stoi(release.substr(2)) >= 16;
    const Json answer = ask("classes --go " + release);
    EXPECT_EQ(answer.at("go"), release);
    EXPECT_FALSE(answer.contains("divmagic"));
    const Json& classes = answer.at("classes");
    ASSERT_EQ(classes.size(), has_24 ? 67U : 66U);
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const Json& entry = classes[i];
      EXPECT_EQ(entry.at("class"), i + 1);
      const auto span = entry.at("npages").get<std::uint64_t>() * 8192;
      const auto size = entry.at("size").get<std::uint64_t>();
      EXPECT_EQ(entry.at("objects"), span / size);
      EXPECT_EQ(entry.at("tail"), span % size);
      const std::uint64_t previous = i == 0 ? 0 : classes[i - 1]["size"].get<std::uint64_t>();
      const auto waste = (size - previous - 1) * (span / size) + span % size;
      EXPECT_DOUBLE_EQ(entry.at("maxWaste").get<double>(),
                       static_cast<double>(waste) / static_cast<double>(span));
    }
    EXPECT_EQ(classes[2]["size"], has_24 ? 24 : 32);
    EXPECT_EQ(classes.back()["size"], 32768);
  }
}

TEST(Classes, HaveTablesOnRequest) {
  for (const std::string& release : releases()) {
    const int minor = std::stoi(release.substr(2));
    const Json answer = ask("classes --tables --go " + release);
    const Json& classes = answer.at("classes");
    const Json& small = answer.at("size_to_class8");
    const Json& large = answer.at("size_to_class128");
    ASSERT_EQ(small.size(), 129U);
    ASSERT_EQ(large.size(), 249U);
    EXPECT_EQ(small[0], 0);
    for (std::size_t i = 1; i < small.size(); ++i) {
      const auto entry = small[i].get<std::size_t>();
      EXPECT_GE(classes[entry - 1]["size"].get<std::size_t>(), 8 * i);
    }
    EXPECT_EQ(large[248], classes.size());
    const Json& magic = answer.at("divmagic");
    ASSERT_EQ(magic.size(), classes.size() + 1);
    for (std::size_t i = 0; i < magic.size(); ++i) {
      const std::uint64_t mul = magic[i].at("mul").get<std::uint64_t>();
      if (minor >= 17) {
        EXPECT_EQ(magic[i].size(), 1U);
        const std::uint64_t size = i == 0 ? 0 : classes[i - 1]["size"].get<std::uint64_t>();
        EXPECT_EQ(mul, i == 0 ? 0 : 0xffffffff / size + 1);
      } else {
        EXPECT_EQ(magic[i].size(), 4U);
        EXPECT_TRUE(magic[i].contains("shift") && magic[i].contains("shift2") &&
                    magic[i].contains("baseMask"));
      }
    }
  }
  EXPECT_EQ(ask("classes --tables")["divmagic"][1],
            Json({{"shift", 3}, {"shift2", 0}, {"mul", 1}, {"baseMask", 65528}}));
}

TEST(Classes, SayWhatAPortsSpansHold) {
  const Json answer = ask("classes --go 1.22 --goos linux --goarch amd64");
  EXPECT_EQ(answer.at("goarch"), "amd64");
  EXPECT_EQ(answer["classes"][0]["objects"], 1024);
  EXPECT_EQ(answer["classes"][0]["scanObjects"], 1008);  // 128 bytes less
  EXPECT_EQ(answer["classes"][0]["noscanObjects"], 1024);
}

TEST(Help, IsAnAnswer) {
  for (const char* call : {"--help", "-h", "ports --help", "port --help", "hints --help",
                           "explain --help", "classes --help", "diff --help"}) {
    const Outcome outcome = run(call);
    EXPECT_EQ(outcome.exit_code, 0) << call;
    EXPECT_EQ(outcome.err, "") << call;
    EXPECT_NE(outcome.out.find("Usage: atoll"), std::string::npos) << call;
  }
  for (const char* command : {"ports", "port", "hints", "classes", "diff"}) {
    EXPECT_NE(run("--help").out.find(command), std::string::npos);
    const std::string help = run(std::string(command) + " --help").out;
    for (const char* flag :
         {"--go ", "--goos", "--goarch", "--race", "--format", "--help", "--version"}) {
      EXPECT_NE(help.find(flag), std::string::npos) << command << flag;
    }
  }
}

TEST(Version, IsAnAnswer) {
  for (const char* call : {"--version", "ports --version", "hints --version"}) {
    const Outcome outcome = run(call);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_TRUE(outcome.out.starts_with("atoll ")) << outcome.out;
  }
}

TEST(Output, ThatCannotBeWrittenIsReported) {
  const Outcome outcome = run_into("ports", "/dev/full");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err, "atoll: cannot write the answer: No space left on device\n");
}

}  // namespace
}  // namespace Atoll
