// `atoll explain`.

#include <gtest/gtest.h>

#include <cstdint>

#include "src/port/port.h"
#include "tests/tools/command.h"
#include "tests/tools/csv.h"

namespace Atoll {
namespace {

std::string port_flags(const std::string& goos, const std::string& goarch,
                       const std::string& release) {
  return " --goos " + goos + " --goarch " + goarch + " --go " + release;
}

Json explain(const std::string& address, const std::string& goos, const std::string& goarch,
             const std::string& release = "1.11") {
  return ask("explain " + address + port_flags(goos, goarch, release));
}

TEST(Explain, AnObjectOfLinux) {
  const Json answer = explain("0xc004012345", "linux", "amd64");
  EXPECT_EQ(answer.at("kind"), "in an arena");
  EXPECT_EQ(answer.at("address"), "0xc004012345");
  EXPECT_EQ(answer.at("signExtended"), false);
  EXPECT_EQ(answer.at("linear"), "0x80c004012345");
  EXPECT_EQ(answer.at("arenaIndex"), 0x80c004012345 >> 26);
  EXPECT_EQ(answer.at("arenaL1"), 0);
  EXPECT_EQ(answer.at("arenaL2"), 0x80c004012345 >> 26);
  EXPECT_EQ(answer.at("arenaFirst"), "0xc004000000");
  EXPECT_EQ(answer.at("arenaLast"), "0xc007ffffff");
  EXPECT_EQ(answer.at("pageOfArena"), 9);
  EXPECT_EQ(answer.at("offsetInPage"), 0x345);
  EXPECT_EQ(answer.at("hintList"), "main");
  EXPECT_EQ(answer.at("hintOrder"), 0);
  EXPECT_EQ(answer.at("hintAddress"), "0xc000000000");
  EXPECT_EQ(answer.at("arenasFromHint"), 1);
  EXPECT_EQ(answer.at("hintUsable"), true);
}

TEST(Explain, TwoLevelsOfWindows) {
  const Json answer = explain("0xc000412345", "windows", "amd64");
  const std::uint64_t index = 0x80c000412345 >> 22;
  EXPECT_EQ(answer.at("arenaL1"), index >> 20);
  EXPECT_EQ(answer.at("arenaL2"), index & 0xfffff);
  EXPECT_EQ(answer.at("arenasFromHint"), 1);
}

TEST(Explain, HintsByTheirNumber) {
  const Json fifth = explain("0x5c000000000", "linux", "amd64");
  EXPECT_EQ(fifth.at("kind"), "hint");
  EXPECT_EQ(fifth.at("hintOrder"), 5);
  EXPECT_EQ(fifth.at("arenasFromHint"), 0);
  const Json user = explain("0x40c000000000", "linux", "amd64", "1.20");
  EXPECT_EQ(user.at("hintList"), "user");
  EXPECT_EQ(user.at("hintOrder"), 0);
  EXPECT_EQ(explain("0x40c000000000", "linux", "amd64", "1.19").at("hintList"), "main");
  EXPECT_EQ(explain("0x1c000000000", "js", "wasm", "1.14").at("kind"), "beyond the end");
}

// Every hint of every port that the heap may ask for is explained as itself. Where several are
// equal it is the first.
TEST(Explain, EveryUsableHint) {
  for (const char* release : {"1.11", "1.20", "1.27"}) {
    for (const Json& port : ask(std::string("ports --go ") + release)) {
      if (port["firstHint"].is_null()) continue;
      const std::string flags =
          port_flags(port["goos"].get<std::string>(), port["goarch"].get<std::string>(), release);
      const Json hints = ask("hints" + flags);
      const std::string last = hints["main"].back();
      const Json answer = ask("explain " + last + flags);
      const bool usable =
          run("hints" + flags + " --format csv").out.find(last + ",true") != std::string::npos;
      EXPECT_EQ(answer["kind"], usable ? "hint" : "beyond the end") << flags << answer;
      if (!usable) continue;
      EXPECT_EQ(hints["main"][answer["hintOrder"].get<std::size_t>()], last);
    }
  }
}

TEST(Explain, BothEndsOfEveryPort) {
  for (const std::string& release : releases()) {
    for (const Json& port : ask("ports --go " + release)) {
      const std::string goos = port["goos"];
      const std::string goarch = port["goarch"];
      const port::PortSpec spec = port::find_port(release, goos, goarch).spec;
      const std::uint64_t last = spec.arena_base(0) + (spec.max_alloc - 1);
      const Json in = explain(hex(last), goos, goarch, release);
      EXPECT_EQ(in["arenaIndex"], spec.num_arenas() - 1) << in;
      EXPECT_EQ(in["linear"], hex(spec.max_alloc - 1)) << in;
      EXPECT_EQ(in["pageOfArena"], spec.pages_per_arena - 1) << in;
      if (last == ~std::uint64_t{0}) continue;
      const Json out = explain(hex(last + 1), goos, goarch, release);
      EXPECT_EQ(out["kind"], "beyond the end") << out;
      EXPECT_TRUE(out["arenaIndex"].is_null()) << out;
      EXPECT_TRUE(out["hintAddress"].is_null()) << out;
    }
  }
}

TEST(Explain, SignExtension) {
  const Json upper = explain("0xffff800000000000", "linux", "amd64");
  EXPECT_EQ(upper.at("kind"), "in an arena");
  EXPECT_EQ(upper.at("signExtended"), true);
  EXPECT_EQ(upper.at("arenaIndex"), 0);
  EXPECT_EQ(explain("0x800000000000", "linux", "amd64").at("kind"), "beyond the end");
  EXPECT_EQ(explain("0x800000000000", "linux", "arm64").at("kind"), "in an arena");
  EXPECT_EQ(explain("0x7fffffffffff", "linux", "amd64").at("signExtended"), false);
  EXPECT_EQ(explain("0x0a00000000000000", "aix", "ppc64", "1.14").at("signExtended"), false);
}

TEST(Explain, WhatNoHeapHas) {
  EXPECT_EQ(explain("0x0", "linux", "amd64").at("kind"), "no pointer");
  EXPECT_EQ(explain("0xfff", "linux", "386").at("kind"), "no pointer");
  EXPECT_EQ(explain("0x1000", "linux", "386").at("kind"), "in an arena");
  EXPECT_EQ(explain("0x100000000", "linux", "386").at("kind"), "too long");
  EXPECT_EQ(explain("0x80000000", "linux", "mips").at("kind"), "beyond the end");
}

TEST(Explain, SaysWhereMetadataMayLie) {
  const std::string table = run("explain 0x9800000" + port_flags("linux", "386", "1.11")).out;
  EXPECT_NE(table.find("for the metadata of all arenas"), std::string::npos) << table;
  const port::PortSpec spec = port::find_port("1.11", "linux", "386").spec;
  EXPECT_EQ(explain("0x9800000", "linux", "386").at("metadataBytes"),
            spec.heap_arena_metadata_bytes);
}

TEST(Explain, AnswersTheSameInCsv) {
  const std::string call = "explain 0xc004012345" + port_flags("linux", "amd64", "1.11");
  const Json answer = ask(call);
  const CsvRows rows = parse_csv(run(call + " --format csv").out);
  ASSERT_EQ(rows.size(), 2U);
  ASSERT_EQ(rows[0].size(), answer.size());
  std::size_t column = 0;
  for (const auto& [key, value] : answer.items()) {
    EXPECT_EQ(rows[0][column], key);
    EXPECT_EQ(rows[1][column], value.is_string() ? value.get<std::string>() : value.dump());
    ++column;
  }
}

TEST(Explain, RefusesWhatIsNoAddress) {
  const std::string linux_amd64 = " --goos linux --goarch amd64";
  for (const char* text : {"c000000000", "0x", "0xg", "12", "0x10000000000000000", "0x-1"}) {
    const Outcome outcome = run(std::string("explain ") + text + linux_amd64);
    EXPECT_EQ(outcome.exit_code, 2) << text;
    EXPECT_EQ(outcome.out, "") << text;
    EXPECT_EQ(outcome.err, std::string("atoll: '") + text +
                               "' is no address of up to 64 bits; write it in hexadecimal, as "
                               "0xc000012340\n");
  }
  EXPECT_EQ(run("explain" + linux_amd64).err,
            "atoll: 'explain' needs an address, as in 'atoll explain 0xc000012340 --goos linux "
            "--goarch amd64'\n");
  EXPECT_EQ(
      run("explain 0x1").err,
      "atoll: 'explain' needs --goos and --goarch, as in 'atoll explain --goos linux --goarch "
      "amd64'; see 'atoll ports'\n");
}

}  // namespace
}  // namespace Atoll
