// Releases, names, and which ports exist: checked against the history of ports, typed in here.

#include "src/port/ports.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "src/port/native.h"
#include "src/port/spec.h"

namespace Atoll::port {
namespace {

// What each release added and removed, as GOOS/GOARCH, and how many ports it then had.
struct Change {
  Release release;
  std::size_t count;
  const char* added;
  const char* removed;
  const char* race_added;
  const char* race_removed;
};

constexpr Change kHistory[] = {
    {Release::k1_11, 39,
     "android/386 android/amd64 android/arm android/arm64 darwin/386 darwin/amd64 darwin/arm "
     "darwin/arm64 dragonfly/amd64 freebsd/386 freebsd/amd64 freebsd/arm js/wasm linux/386 "
     "linux/amd64 linux/arm linux/arm64 linux/mips linux/mips64 linux/mips64le linux/mipsle "
     "linux/ppc64 linux/ppc64le linux/s390x nacl/386 nacl/amd64p32 nacl/arm netbsd/386 "
     "netbsd/amd64 netbsd/arm openbsd/386 openbsd/amd64 openbsd/arm plan9/386 plan9/amd64 "
     "plan9/arm solaris/amd64 windows/386 windows/amd64",
     "", "darwin/amd64 freebsd/amd64 linux/amd64 linux/ppc64le netbsd/amd64 windows/amd64", ""},
    {Release::k1_12, 41, "aix/ppc64 windows/arm", "", "linux/arm64", ""},
    {Release::k1_13, 44, "illumos/amd64 netbsd/arm64 openbsd/arm64", "", "", ""},
    {Release::k1_14, 43, "freebsd/arm64 linux/riscv64", "nacl/386 nacl/amd64p32 nacl/arm", "", ""},
    {Release::k1_15, 41, "", "darwin/386 darwin/arm", "", ""},
    {Release::k1_16, 44, "ios/amd64 ios/arm64 openbsd/mips64", "", "darwin/arm64", ""},
    {Release::k1_17, 45, "windows/arm64", "", "openbsd/amd64", ""},
    {Release::k1_18, 45, "", "", "", ""},
    {Release::k1_19, 46, "linux/loong64", "", "linux/s390x", ""},
    {Release::k1_20, 47, "freebsd/riscv64", "", "", ""},
    {Release::k1_21, 47, "wasip1/wasm", "openbsd/mips64", "", ""},
    {Release::k1_22, 48, "openbsd/ppc64", "", "", ""},
    {Release::k1_23, 49, "openbsd/riscv64", "", "", "openbsd/amd64"},
    {Release::k1_24, 48, "", "windows/arm", "", ""},
    {Release::k1_25, 48, "", "", "linux/loong64", ""},
    {Release::k1_26, 47, "", "freebsd/riscv64", "linux/riscv64", ""},
    {Release::k1_27, 47, "", "", "", ""},
};

void apply(std::set<std::string>& ports, const char* added, const char* removed) {
  std::string port;
  for (std::istringstream words(added); words >> port;) {
    EXPECT_TRUE(ports.insert(port).second) << port << " added twice";
  }
  for (std::istringstream words(removed); words >> port;) {
    EXPECT_EQ(ports.erase(port), 1U) << port << " removed but not there";
  }
}

std::set<std::string> ports_where(bool (*exists)(Release, Goos, Goarch), Release release) {
  std::set<std::string> ports;
  for (const Goos goos : kAllGoos) {
    if (goos == Goos::kNone) continue;
    for (const Goarch goarch : kAllGoarch) {
      if (!exists(release, goos, goarch)) continue;
      ports.insert(std::string(name(goos)) + "/" + std::string(name(goarch)));
    }
  }
  return ports;
}

TEST(Ports, AreThoseOfTheHistory) {
  std::set<std::string> ports;
  std::set<std::string> race;
  ASSERT_EQ(std::size(kHistory), kReleases.size());
  for (const Change& change : kHistory) {
    SCOPED_TRACE(std::string(name(change.release)));
    apply(ports, change.added, change.removed);
    apply(race, change.race_added, change.race_removed);
    EXPECT_EQ(ports.size(), change.count);
    EXPECT_EQ(ports_where(has_port, change.release), ports);
    EXPECT_EQ(ports_where(has_race, change.release), race);
  }
}

TEST(Ports, AreSortedByNameWithoutRepetition) {
  std::string previous;
  for (const PortRow& row : all_ports()) {
    const std::string port = std::string(name(row.goos)) + "/" + std::string(name(row.goarch));
    EXPECT_LT(previous, port);
    previous = port;
    EXPECT_LE(row.releases.first, row.releases.last);
    if (row.race) {
      EXPECT_GE(row.race->first, row.releases.first) << port;
      EXPECT_LE(row.race->last, row.releases.last) << port;
    }
  }
}

TEST(Ports, KnowTheirFirstAndLastRelease) {
  EXPECT_EQ(first_release(Goos::kLinux, Goarch::kAmd64), Release::k1_11);
  EXPECT_EQ(last_release(Goos::kLinux, Goarch::kAmd64), Release::k1_27);
  EXPECT_EQ(first_release(Goos::kWasip1, Goarch::kWasm), Release::k1_21);
  EXPECT_EQ(last_release(Goos::kNacl, Goarch::kAmd64p32), Release::k1_13);
  EXPECT_EQ(first_release(Goos::kWindows, Goarch::kMips), std::nullopt);
  EXPECT_EQ(last_release(Goos::kWindows, Goarch::kMips), std::nullopt);
}

TEST(Ports, WithoutASystemAreNotAmongThoseOfGo) {
  std::set<std::string> ports;
  for (const PortRow& row : ports_with(Goos::kNone)) {
    EXPECT_EQ(row.goos, Goos::kNone);
    EXPECT_EQ(row.releases.first, kFirstRelease);
    EXPECT_EQ(row.releases.last, kLastRelease);
    EXPECT_FALSE(row.race.has_value());
    EXPECT_TRUE(has_port(kLastRelease, row.goos, row.goarch));
    ports.emplace(name(row.goarch));
  }
  EXPECT_EQ(ports, (std::set<std::string>{"arm", "riscv", "riscv64"}));
  for (const PortRow& row : all_ports()) {
    EXPECT_NE(row.goos, Goos::kNone);
    EXPECT_NE(row.goarch, Goarch::kRiscv);
  }
  EXPECT_FALSE(has_port(kDefaultRelease, Goos::kNone, Goarch::kAmd64));
}

TEST(Releases, ParseTheirNamesAndNothingElse) {
  EXPECT_EQ(kReleases.front(), Release::k1_11);
  EXPECT_EQ(kReleases.back(), Release::k1_27);
  for (const Release release : kReleases) {
    EXPECT_EQ(parse_release(name(release)), release);
    EXPECT_EQ(parse_release("go" + std::string(name(release))), release);
  }
  EXPECT_EQ(name(Release::k1_20), "1.20");
  for (const char* wrong : {"", "go", "1", "1.", "1.1", "1.10", "1.28", "1.111", "1.11.13", "1.011",
                            "2.11", " 1.11", "1.11 ", "gogo1.11", "Go1.11", "v1.11", "11"}) {
    EXPECT_EQ(parse_release(wrong), std::nullopt) << '"' << wrong << '"';
  }
}

TEST(Names, ParseTheirNamesAndNothingElse) {
  for (const Goos goos : kAllGoos) EXPECT_EQ(parse_goos(name(goos)), goos);
  for (const Goarch goarch : kAllGoarch) EXPECT_EQ(parse_goarch(name(goarch)), goarch);
  EXPECT_EQ(parse_goos("linux"), Goos::kLinux);
  EXPECT_EQ(parse_goarch("mips64le"), Goarch::kMips64le);
  for (const char* wrong : {"", "Linux", "linux ", "macos", "zos", "hurd"}) {
    EXPECT_EQ(parse_goos(wrong), std::nullopt) << wrong;
  }
  for (const char* wrong :
       {"", "x86_64", "AMD64", "aarch64", "riscv32", "mips64el", "loongarch64"}) {
    EXPECT_EQ(parse_goarch(wrong), std::nullopt) << wrong;
  }
}

TEST(Names, TellPointerSizeAndByteOrder) {
  std::set<std::string> with_4_bytes;
  std::set<std::string> big_endian;
  for (const Goarch goarch : kAllGoarch) {
    EXPECT_EQ(has_64_bit_pointers(goarch), pointer_size(goarch) == 8);
    if (pointer_size(goarch) == 4) with_4_bytes.emplace(name(goarch));
    if (is_big_endian(goarch)) big_endian.emplace(name(goarch));
  }
  EXPECT_EQ(with_4_bytes,
            (std::set<std::string>{"386", "amd64p32", "arm", "mips", "mipsle", "riscv"}));
  EXPECT_EQ(big_endian, (std::set<std::string>{"mips", "mips64", "ppc64", "s390x"}));
}

TEST(FindPort, SaysWhatIsWrong) {
  const auto problem = [](const char* release, const char* goos, const char* goarch,
                          bool race = false) {
    return find_port(release, goos, goarch, race).problem;
  };
  EXPECT_EQ(problem("1.11", "linux", "amd64"), PortProblem::kNone);
  EXPECT_EQ(problem("go1.27", "linux", "riscv64", true), PortProblem::kNone);
  EXPECT_EQ(problem("1.10", "linux", "amd64"), PortProblem::kUnknownRelease);
  EXPECT_EQ(problem("1.11", "linus", "amd64"), PortProblem::kUnknownGoos);
  EXPECT_EQ(problem("1.11", "linux", "x86"), PortProblem::kUnknownGoarch);
  EXPECT_EQ(problem("1.11", "windows", "mips"), PortProblem::kUnknownPort);
  EXPECT_EQ(problem("1.11", "linux", "riscv64"), PortProblem::kNotInRelease);
  EXPECT_EQ(problem("1.14", "nacl", "386"), PortProblem::kNotInRelease);
  EXPECT_EQ(problem("1.11", "linux", "386", true), PortProblem::kNoRace);
  EXPECT_EQ(problem("1.11", "linux", "arm64", true), PortProblem::kNoRaceInRelease);
  EXPECT_EQ(problem("1.23", "openbsd", "amd64", true), PortProblem::kNoRaceInRelease);

  EXPECT_FALSE(find_port("1.11", "windows", "mips"));
  const PortLookup found = find_port("1.12", "linux", "arm64", true);
  ASSERT_TRUE(found);
  EXPECT_EQ(found.spec.release, Release::k1_12);
  EXPECT_TRUE(found.spec.is(Goos::kLinux, Goarch::kArm64));
  EXPECT_TRUE(found.spec.race);
}

TEST(FindPort, AgreesWithTheTableForEveryQuestion) {
  for (const Release release : kReleases) {
    for (const Goos goos : kAllGoos) {
      for (const Goarch goarch : kAllGoarch) {
        for (const bool race : {false, true}) {
          const PortLookup found = find_port(release, goos, goarch, race);
          EXPECT_EQ(static_cast<bool>(found), exists({release, goos, goarch, race}));
          EXPECT_FALSE(explain(found.problem).empty());
          if (found) continue;
          EXPECT_EQ(found.spec.fixed_stack, 0U);
        }
      }
    }
  }
}

TEST(Native, IsAPortOfItsRelease) {
  EXPECT_TRUE(has_port(native_release(), kNativeGoos, kNativeGoarch));
  EXPECT_EQ(native_spec().goos, kNativeGoos);
  EXPECT_EQ(native_spec().goarch, kNativeGoarch);
  const std::uint16_t one = 1;
  const bool stores_high_byte_first = *reinterpret_cast<const unsigned char*>(&one) == 0;
  EXPECT_EQ(is_big_endian(kNativeGoarch), stores_high_byte_first);
}

}  // namespace
}  // namespace Atoll::port
