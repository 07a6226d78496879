// `atoll hints`.

#include <gtest/gtest.h>

#include <cstdint>

#include "tests/tools/command.h"

namespace Atoll {
namespace {

Json row_of(std::uint64_t base, unsigned shift, std::uint64_t first, std::uint64_t count) {
  Json list = Json::array();
  for (std::uint64_t i = first; i < first + count; ++i) list.push_back(hex(i << shift | base));
  return list;
}

TEST(Hints, AreTheFormulasOfTheBook) {
  const Json none = Json::array();
  const auto expect = [](const std::string& flags, const Json& main_list, const Json& user) {
    const Json hints = ask("hints " + flags);
    EXPECT_EQ(hints.at("main"), main_list) << flags;
    EXPECT_EQ(hints.at("user"), user) << flags;
    EXPECT_EQ(hints.at("hintCount"), main_list.size()) << flags;
    EXPECT_EQ(hints.at("userHintCount"), user.size()) << flags;
    EXPECT_EQ(hints.at("firstHint"), main_list.front()) << flags;
  };
  constexpr std::uint64_t kDefault = 0xc000000000;
  expect("--goos linux --goarch amd64", row_of(kDefault, 40, 0, 128), none);
  expect("--goos linux --goarch arm64", row_of(0x4000000000, 40, 0, 128), none);
  expect("--goos darwin --goarch arm64", row_of(0x130000000, 40, 0, 128), none);
  expect("--goos aix --goarch ppc64 --go 1.12", row_of(0x0a00000000000000, 40, 1, 127), none);
  expect("--goos linux --goarch amd64 --go 1.20", row_of(kDefault, 40, 0, 64),
         row_of(kDefault, 40, 64, 64));
  Json race = row_of(kDefault, 32, 0, 32);
  for (const Json& again : row_of(kDefault, 32, 0, 32)) race.push_back(again);
  expect("--goos linux --goarch amd64 --race", race, none);
}

TEST(Hints, OfEveryPortAgreeWithThePort) {
  for (const char* release : {"1.11", "1.13", "1.20", "1.24", "1.26"}) {
    for (const Json& port : ask(std::string("ports --go ") + release)) {
      const Json hints = ask("hints --goos " + port["goos"].get<std::string>() + " --goarch " +
                             port["goarch"].get<std::string>() + " --go " + release);
      for (const char* key :
           {"go", "goos", "goarch", "race", "hintCount", "userHintCount", "firstHint"}) {
        EXPECT_EQ(hints.at(key), port.at(key)) << hints;
      }
      const std::string start = port["heapStart"];
      EXPECT_EQ(hints["main"].empty(), start != "hints") << hints;
      if (start == "hints") {
        EXPECT_EQ(hints["main"].size(), hints["hintCount"]);
      }
    }
  }
}

TEST(Hints, Of32BitsAreKnownOnlyAtRunTime) {
  EXPECT_EQ(ask("hints --goos linux --goarch 386"), Json::parse(R"({
    "go": "1.11", "goos": "linux", "goarch": "386", "race": false, "main": [], "user": [],
    "hintCount": 1, "userHintCount": 0, "firstHint": null})"));
}

TEST(Hints, OfASeedAreReproducible) {
  const std::string call = "hints --goos linux --goarch amd64 --go 1.26 --randomized --seed ";
  const Json hints = ask(call + "0x123456789abcdef0");
  // The top 20 bits of the seed, 0x12345, are the base's bits above an arena's 26.
  EXPECT_EQ(hints["firstHint"], hex(std::uint64_t{0x12345} << 26));
  EXPECT_EQ(hints["main"].size(), 64U);
  EXPECT_EQ(hints["seed"], "0x123456789abcdef0");
  // The next four bits, 6, choose one of the arena's 4 MiB chunks.
  EXPECT_EQ(hints["firstGrowth"]["baseBits"], hex(std::uint64_t{6} << 22));
  EXPECT_EQ(hints["firstGrowth"]["paddingPages"], (0x789abcdef0 >> 18) >> 13);
  EXPECT_EQ(ask(call + "1311768467463790320"), hints);
  EXPECT_NE(ask(call + "1"), hints);
}

TEST(Hints, OfRiscv64With39BitsComeInPairs) {
  const Json hints = ask("hints --goos linux --goarch riscv64 --go 1.26 --sv39");
  EXPECT_EQ(hints["sv39"], true);
  EXPECT_EQ(hints["main"], row_of(0x130000000, 32, 0, 64));
  EXPECT_EQ(hints["main"][0], hints["main"][1]);
}

TEST(Hints, SayWhichAreNeverAsked) {
  const Outcome csv = run("hints --goos js --goarch wasm --go 1.14 --format csv");
  EXPECT_EQ(csv.exit_code, 0);
  EXPECT_EQ(csv.out.find(",true\n"), std::string::npos);
  EXPECT_NE(run("hints --goos js --goarch wasm --go 1.14").out.find("never asked"),
            std::string::npos);
}

}  // namespace
}  // namespace Atoll
