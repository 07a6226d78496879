// `atoll ports` and `atoll port`: the schema for every release, and known values.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "tests/tools/command.h"

namespace Atoll {
namespace {

constexpr std::array kNumbers = {
    "PtrSize",       "StackSystem",    "FixedStack",    "NumStackOrders",    "StackGuard",
    "PageSize",      "StackCacheSize", "hintCount",     "minPhysPageSize",   "heapAddrBits",
    "arenaL1Bits",   "arenaL2Bits",    "userHintCount", "logHeapArenaBytes", "heapArenaBytes",
    "pagesPerArena", "NumSizeClasses"};

int minor_of(const std::string& release) { return std::stoi(release.substr(2)); }

bool is_address(const Json& value) {
  if (!value.is_string()) return false;
  const auto text = value.get<std::string>();
  return text.size() > 2 && text.starts_with("0x") &&
         text.find_first_not_of("0123456789abcdef", 2) == std::string::npos &&
         (text == "0x0" || text[2] != '0');
}

void expect_schema(const Json& port, const std::string& release, bool race) {
  EXPECT_EQ(port.at("go"), release);
  EXPECT_TRUE(port.at("goos").is_string());
  EXPECT_TRUE(port.at("goarch").is_string());
  EXPECT_EQ(port.at("race"), Json(race));
  for (const char* key : kNumbers) {
    EXPECT_TRUE(port.contains(key) && port.at(key).is_number_unsigned()) << key;
  }
  EXPECT_TRUE(is_address(port.at("maxAlloc")));
  EXPECT_TRUE(is_address(port.at("arenaBaseOffset")));
  EXPECT_TRUE(port.at("firstHint").is_null() || is_address(port.at("firstHint")));
  const int minor = minor_of(release);
  EXPECT_EQ(port.contains("heapArenaBitmapBytes"), minor <= 19);
  EXPECT_EQ(port.contains("heapArenaBitmapWords"), minor >= 20);
  EXPECT_EQ(port.contains("StackLimit"), minor <= 20);
  EXPECT_EQ(port.contains("stackNosplit"), minor >= 21);
  EXPECT_EQ(port.contains("maxPhysPageSize"), minor >= 14);
  EXPECT_EQ(port.contains("summaryLevels"), minor >= 14);
  EXPECT_EQ(port.contains("mallocHeaderSize"), minor >= 22);
  EXPECT_EQ(port.contains("deferHeaderSize"), minor <= 17);
}

TEST(Ports, HaveTheSameKeysForEveryPortOfARelease) {
  for (const std::string& release : releases()) {
    for (const bool race : {false, true}) {
      const Json ports = ask("ports --go " + release + (race ? " --race" : ""));
      ASSERT_TRUE(ports.is_array());
      std::set<std::string> keys_of_first;
      for (const Json& port : ports) {
        SCOPED_TRACE(port.dump());
        expect_schema(port, release, race);
        std::set<std::string> keys;
        for (const auto& [key, value] : port.items()) keys.insert(key);
        if (keys_of_first.empty()) keys_of_first = keys;
        EXPECT_EQ(keys, keys_of_first);
      }
    }
  }
}

// They are not Go's, so a list of a release has them only if it is asked for them.
TEST(Ports, WithoutASystemAreListedByTheirName) {
  for (const std::string& release : releases()) {
    const Json ports = ask("ports --goos none --go " + release);
    ASSERT_EQ(ports.size(), 3U);
    for (const Json& port : ports) expect_schema(port, release, false);
    EXPECT_EQ(ports[0].at("goarch"), "arm");
    EXPECT_EQ(ports[1].at("goarch"), "riscv");
    EXPECT_EQ(ports[2].at("goarch"), "riscv64");
  }
  const Json arm = ask("port --goos none --goarch arm");
  EXPECT_EQ(arm.at("heapArenaBytes"), 1U << 20);
  EXPECT_EQ(arm.at("heapAddrBits"), 32U);
  EXPECT_EQ(arm.at("heapStart"), "break");
  EXPECT_EQ(arm.at("hintCount"), 0U);
  EXPECT_TRUE(arm.at("firstHint").is_null());
  for (const Json& port : ask("ports")) EXPECT_NE(port.at("goos"), "none");
}

TEST(Ports, AreAsManyAsEveryReleaseHas) {
  const std::array plain = {39, 41, 44, 43, 41, 44, 45, 45, 46, 47, 47, 48, 49, 48, 48, 47, 47};
  const std::array race = {6, 7, 7, 7, 7, 8, 9, 9, 10, 10, 10, 10, 9, 9, 10, 11, 11};
  const std::vector<std::string> all = releases();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(ask("ports --go " + all[i]).size(), plain.at(i)) << all[i];
    EXPECT_EQ(ask("ports --race --go " + all[i]).size(), race.at(i)) << all[i];
  }
}

TEST(Ports, AreSortedAndUnique) {
  const Json ports = ask("ports");
  std::set<std::string> names;
  std::string last;
  for (const Json& port : ports) {
    const std::string name =
        port.at("goos").get<std::string>() + " " + port.at("goarch").get<std::string>();
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_LT(last, name);
    last = name;
  }
}

TEST(Ports, AreChosenByFlags) {
  for (const Json& port : ask("ports --goos windows --go 1.17")) EXPECT_EQ(port["goos"], "windows");
  EXPECT_EQ(ask("ports --goos windows --go 1.17").size(), 4U);
  EXPECT_EQ(ask("ports --goarch arm64").size(), 3U);
  EXPECT_EQ(ask("ports --goos linux --goarch arm64").size(), 1U);
  EXPECT_EQ(ask("ports --race --goos linux").size(), 2U);
}

TEST(Port, IsTheObjectThatPortsHas) {
  for (const char* release : {"1.11", "1.14", "1.19", "1.20", "1.27"}) {
    for (const char* race : {"", " --race"}) {
      const std::string flags = std::string(" --go ") + release + race;
      for (const Json& port : ask("ports" + flags)) {
        EXPECT_EQ(ask("port --goos " + port["goos"].get<std::string>() + " --goarch " +
                      port["goarch"].get<std::string>() + flags),
                  port);
      }
    }
  }
}

TEST(Port, DefaultsToRelease1_11) {
  EXPECT_EQ(ask("port --goos linux --goarch amd64"),
            ask("port --goos linux --goarch amd64 --go go1.11"));
}

struct Known {
  const char* flags;
  Json values;
};

TEST(Port, HasTheKnownValues) {
  const std::vector<Known> all = {
      {"--goos linux --goarch amd64",
       {{"PtrSize", 8},
        {"StackSystem", 0},
        {"FixedStack", 2048},
        {"NumStackOrders", 4},
        {"StackGuard", 880},
        {"StackCacheSize", 32768},
        {"minPhysPageSize", 4096},
        {"PageSize", 8192},
        {"heapAddrBits", 48},
        {"maxAlloc", "0x1000000000000"},
        {"arenaBaseOffset", "0x800000000000"},
        {"logHeapArenaBytes", 26},
        {"heapArenaBytes", 67108864},
        {"heapArenaBitmapBytes", 2097152},
        {"arenaL1Bits", 0},
        {"arenaL2Bits", 22},
        {"pagesPerArena", 8192},
        {"NumSizeClasses", 67},
        {"hintCount", 128},
        {"userHintCount", 0},
        {"firstHint", "0xc000000000"},
        {"sizeofHeapArena", 2162688}}},
      {"--goos linux --goarch 386",
       {{"maxAlloc", "0xffffffff"},
        {"arenaBaseOffset", "0x0"},
        {"hintCount", 1},
        {"firstHint", nullptr},
        {"heapArenaReservation", 270532608},
        {"heapArenaBitmapBytes", 262144}}},
      {"--goos linux --goarch mips", {{"maxAlloc", "0x7fffffff"}, {"heapAddrBits", 31}}},
      {"--goos linux --goarch arm64", {{"firstHint", "0x4000000000"}}},
      {"--goos darwin --goarch arm64", {{"firstHint", "0x130000000"}, {"FixedStack", 4096}}},
      {"--goos windows --goarch amd64",
       {{"FixedStack", 8192},
        {"NumStackOrders", 2},
        {"arenaL1Bits", 6},
        {"arenaL2Bits", 20},
        {"logHeapArenaBytes", 22}}},
      {"--goos windows --goarch 386", {{"FixedStack", 4096}, {"NumStackOrders", 3}}},
      {"--goos windows --goarch 386 --go 1.22", {{"FixedStack", 8192}, {"NumStackOrders", 3}}},
      {"--goos plan9 --goarch amd64", {{"FixedStack", 4096}, {"NumStackOrders", 3}}},
      {"--goos aix --goarch ppc64 --go 1.12",
       {{"heapAddrBits", 60},
        {"hintCount", 127},
        {"arenaL1Bits", 12},
        {"firstHint", "0xa00010000000000"}}},
      {"--goos js --goarch wasm", {{"maxAlloc", "0x100000000"}, {"logHeapArenaBytes", 26}}},
      {"--goos linux --goarch amd64 --go 1.27",
       {{"StackGuard", 928},
        {"NumSizeClasses", 68},
        {"arenaBaseOffset", "0xffff800000000000"},
        {"hintCount", 64},
        {"userHintCount", 64},
        {"summaryLevels", 5},
        {"levelBits", {14, 3, 3, 3, 3}},
        {"sizeofHeapArena", 69648}}},
      {"--goos linux --goarch amd64 --go 1.27 --race",
       {{"race", true}, {"hintCount", 64}, {"userHintCount", 0}, {"StackGuard", 1728}}},
      {"--goos linux --goarch 386 --go 1.20",
       {{"hintCount", 1}, {"userHintCount", 1}, {"firstHint", nullptr}}},
      {"--goos plan9 --goarch amd64 --go 1.24",
       {{"hintCount", 0}, {"userHintCount", 0}, {"firstHint", nullptr}}},
  };
  for (const Known& known : all) {
    const Json port = ask(std::string("port ") + known.flags);
    for (const auto& [key, value] : known.values.items()) {
      EXPECT_EQ(port.at(key), value) << known.flags << " " << key;
    }
  }
}

}  // namespace
}  // namespace Atoll
