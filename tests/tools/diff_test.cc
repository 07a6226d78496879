// `atoll diff`.

#include <gtest/gtest.h>

#include <set>

#include "tests/tools/command.h"

namespace Atoll {
namespace {

std::set<std::string> names(const Json& ports) {
  std::set<std::string> result;
  for (const Json& port : ports) {
    result.insert(port["goos"].get<std::string>() + "/" + port["goarch"].get<std::string>());
  }
  return result;
}

Json change_of(const Json& diff, const std::string& goos, const std::string& goarch,
               const std::string& key) {
  for (const Json& change : diff["changed"]) {
    if (change["goos"] == goos && change["goarch"] == goarch && change["key"] == key) {
      return {change["from"], change["to"]};
    }
  }
  return nullptr;
}

TEST(Diff, NamesPortsAddedAndRemoved) {
  const Json diff = ask("diff --go 1.13 --go 1.14");
  EXPECT_EQ(diff["from"], "1.13");
  EXPECT_EQ(diff["to"], "1.14");
  EXPECT_EQ(diff["go"], "1.14");
  EXPECT_EQ(names(diff["added"]), (std::set<std::string>{"freebsd/arm64", "linux/riscv64"}));
  EXPECT_EQ(names(diff["removed"]),
            (std::set<std::string>{"nacl/386", "nacl/amd64p32", "nacl/arm"}));
  EXPECT_EQ(names(ask("diff --go 1.11 --go 1.12")["raceAdded"]),
            (std::set<std::string>{"linux/arm64"}));
  EXPECT_EQ(names(ask("diff --go 1.22 --go 1.23")["raceRemoved"]),
            (std::set<std::string>{"openbsd/amd64"}));
}

TEST(Diff, NamesChangedConstants) {
  const Json windows = ask("diff --go 1.21 --go 1.22 --goos windows");
  EXPECT_EQ(change_of(windows, "windows", "386", "FixedStack"), Json({4096, 8192}));
  EXPECT_EQ(change_of(windows, "windows", "amd64", "FixedStack"), nullptr);
  EXPECT_EQ(change_of(windows, "windows", "386", "mallocHeaderSize"), Json({nullptr, 8}));
  const Json hints = ask("diff --go 1.19 --go 1.20");
  EXPECT_EQ(change_of(hints, "linux", "amd64", "hintCount"), Json({128, 64}));
  EXPECT_EQ(change_of(hints, "linux", "386", "heapArenaBitmapBytes"), Json({262144, nullptr}));
  const Json race = ask("diff --go 1.15 --go 1.16 --race");
  EXPECT_EQ(change_of(race, "linux", "arm64", "firstHint"), Json({"0x4000000000", "0xc000000000"}));
  EXPECT_FALSE(race.contains("raceAdded"));
}

TEST(Diff, NamesSizeClasses) {
  const Json classes = ask("diff --go 1.15 --go 1.16")["classes"];
  EXPECT_EQ(classes["from"], 67);
  EXPECT_EQ(classes["to"], 68);
  ASSERT_EQ(classes["inserted"].size(), 1U);
  EXPECT_EQ(classes["inserted"][0]["class"], 3);
  EXPECT_EQ(classes["inserted"][0]["size"], 24);
  EXPECT_TRUE(classes["removed"].empty());
  EXPECT_EQ(ask("diff --go 1.16 --go 1.17")["classes"]["divmagicChanged"], true);
  EXPECT_EQ(ask("diff --go 1.17 --go 1.18")["classes"]["divmagicChanged"], false);
}

// Every change is one between what `ports` says of both releases, and none is left out.
TEST(Diff, AgreesWithPorts) {
  const std::vector<std::string> all = releases();
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Json diff = ask("diff --go " + all[i - 1] + " --go " + all[i]);
    const Json before = ask("ports --go " + all[i - 1]);
    const Json after = ask("ports --go " + all[i]);
    std::size_t expected = 0;
    for (const Json& old_port : before) {
      for (const Json& new_port : after) {
        if (old_port["goos"] != new_port["goos"]) continue;
        if (old_port["goarch"] != new_port["goarch"]) continue;
        std::set<std::string> keys;
        for (const auto& [key, value] : old_port.items()) keys.insert(key);
        for (const auto& [key, value] : new_port.items()) keys.insert(key);
        keys.erase("go");
        for (const std::string& key : keys) {
          const Json from = old_port.contains(key) ? old_port[key] : Json();
          const Json to = new_port.contains(key) ? new_port[key] : Json();
          if (from == to) continue;
          ++expected;
          EXPECT_EQ(change_of(diff, old_port["goos"], old_port["goarch"], key), Json({from, to}));
        }
      }
    }
    EXPECT_EQ(diff["changed"].size(), expected) << all[i];
    EXPECT_EQ(before.size() + diff["added"].size() - diff["removed"].size(), after.size());
  }
}

TEST(Diff, OfNothingSaysSo) {
  EXPECT_EQ(run("diff --go 1.11 --go 1.11").out, "Go 1.11 to 1.11\nNo change.\n");
  EXPECT_TRUE(ask("diff --go 1.11 --go 1.11")["changed"].empty());
}

}  // namespace
}  // namespace Atoll
