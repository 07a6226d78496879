// Tests every setting of the simulation. (The conformance suite tests that it keeps the contract.)
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "os/sim/presets.h"
#include "os/sim/sim_os.h"

namespace Atoll::os::sim {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMiB = 1 << 20;

// A space small enough to know every address: 1 MiB without the 64 KiB at its beginning.
Config small() {
  Config c;
  c.address_bits = 20;
  return c;
}

bool is_null(const Allocation& a, Failure failure) {
  return a.base.is_null() && a.status.failure == failure;
}

// --- Where memory goes. ---

TEST(SimPlacement, TopDownFromTheOriginThenUpwards) {
  Config c = small();
  c.origin = Address(0x14000);
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(), 2 * kPage).base, Address(0x12000));
  EXPECT_EQ(os.reserve(Address(), 2 * kPage).base, Address(0x10000));
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0x14000));
}

TEST(SimPlacement, TopDownWithoutAnOriginStartsAtTheEnd) {
  Config c = small();
  SimOs whole(c);
  EXPECT_EQ(whole.reserve(Address(), kPage).base, Address(0xff000));
  c.end = Address(0xc0000);
  SimOs cut(c);
  EXPECT_EQ(cut.reserve(Address(), kPage).base, Address(0xbf000));
}

TEST(SimPlacement, BottomUpFromTheOriginThenFromTheLowest) {
  Config c = small();
  c.placement = Placement::kBottomUp;
  c.origin = Address(0xfe000);
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0xfe000));
  EXPECT_EQ(os.alloc(kPage).base, Address(0xff000));
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0x10000));
}

TEST(SimPlacement, NothingIsEverAtNull) {
  Config c = small();
  c.lowest = Address();
  c.placement = Placement::kBottomUp;
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(kPage));
}

TEST(SimPlacement, GranularityLeavesGaps) {
  Config c = small();
  c.granularity = 0x10000;
  c.placement = Placement::kBottomUp;
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0x10000));
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0x20000));
  EXPECT_EQ(os.reserve(Address(0x40000), kPage).base, Address(0x40000));
  EXPECT_EQ(os.reserve(Address(0x51000), kPage).base, Address(0x30000)) << "no multiple";
}

TEST(SimPlacement, AddressesOf64BitsReachTheVeryEnd) {
  Config c;
  c.address_bits = 64;
  SimOs os(c);
  const Address last(~std::uint64_t{0} - kPage + 1);
  EXPECT_EQ(os.reserve(Address(), kPage).base, last);
  EXPECT_TRUE(os.map(last, kPage).ok());
  EXPECT_TRUE(os.used(last, kPage).ok());
  EXPECT_EQ(os.map(last, 2 * kPage).failure, Failure::kBadArgument) << "wraps";
  EXPECT_TRUE(os.free(last, kPage).ok());
  EXPECT_EQ(os.bytes_held(), 0u);
}

TEST(SimPlacement, BeyondThePlacementEndOnlyByHint) {
  SimOs os(presets::linux_amd64_la57());
  EXPECT_LT(os.reserve(Address(), kMiB).base, Address(std::uint64_t{1} << 47));
  const Address high(std::uint64_t{1} << 50);
  EXPECT_EQ(os.reserve(high, kMiB).base, high);
}

TEST(SimPlacement, FullSpaceIsNoMemory) {
  SimOs os(small());
  const std::uint64_t all = kMiB - 0x10000;
  EXPECT_TRUE(is_null(os.reserve(Address(), all + kPage), Failure::kNoMemory));
  EXPECT_EQ(os.reserve(Address(), all).base, Address(0x10000));
  EXPECT_TRUE(is_null(os.reserve(Address(), kPage), Failure::kNoMemory));
  EXPECT_TRUE(is_null(os.alloc(kPage), Failure::kNoMemory));
  EXPECT_EQ(os.misuses(), 0u);
}

// --- Hints. ---

TEST(SimHints, HonouredWhenFree) {
  SimOs os(small());
  EXPECT_EQ(os.reserve(Address(0x50000), 2 * kPage).base, Address(0x50000));
  EXPECT_EQ(os.reserve(Address(0x51000), kPage).base, Address(0xff000)) << "taken";
  EXPECT_EQ(os.reserve(Address(0x1000), kPage).base, Address(0xfe000)) << "below the lowest";
  EXPECT_EQ(os.reserve(Address(kMiB), kPage).base, Address(0xfd000)) << "above the highest";
}

TEST(SimHints, MovedElsewhereAlthoughFree) {
  Config c = small();
  c.hints = Hints::kMoved;
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(0x50000), 2 * kPage).base, Address(0x51000));
  EXPECT_EQ(os.reserve(Address(0xff000), kPage).base, Address(0xfe000)) << "nothing above";
  EXPECT_FALSE(os.probe().honours_hints);
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0xff000));
}

TEST(SimHints, Ignored) {
  Config c = small();
  c.hints = Hints::kIgnored;
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(0x50000), kPage).base, Address(0xff000));
  EXPECT_FALSE(os.probe().honours_hints);
}

// --- Obstacles. ---

TEST(SimObstacles, AreAvoidedAndNotOurs) {
  static constexpr Range kObstacles[] = {{Address(0xf0000), 0x10000}, {Address(0x50000), 0x1000}};
  Config c = small();
  c.obstacles = kObstacles;
  SimOs os(c);
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0xef000));
  EXPECT_NE(os.reserve(Address(0x50000), kPage).base, Address(0x50000));
  EXPECT_EQ(os.map(Address(0x50000), kPage).failure, Failure::kNotReserved);
  EXPECT_EQ(os.free(Address(0x50000), kPage).failure, Failure::kNotReserved);
  EXPECT_EQ(os.bytes_held(), 2 * kPage) << "obstacles do not count";
}

TEST(SimObstacles, ComeAndGo) {
  SimOs os(small());
  EXPECT_TRUE(os.add_obstacle({Address(0x50000), kPage}));
  EXPECT_FALSE(os.add_obstacle({Address(0x50000), kPage}));
  EXPECT_FALSE(os.remove_obstacle({Address(0x50000), 2 * kPage}));
  EXPECT_TRUE(os.remove_obstacle({Address(0x50000), kPage}));
  EXPECT_EQ(os.reserve(Address(0x50000), kPage).base, Address(0x50000));
  EXPECT_FALSE(os.remove_obstacle({Address(0x50000), kPage})) << "ours";
}

// --- One growing segment. ---

TEST(SimLinear, GrowsAndFillsItsHoles) {
  Config c = presets::plan9_386();
  SimOs os(c);
  const Address start = c.origin;
  EXPECT_EQ(os.reserve(Address(), 4 * kPage).base, start);
  EXPECT_EQ(os.alloc(kPage).base, start + 4 * kPage);
  EXPECT_EQ(os.linear_end(), start + 5 * kPage);
  EXPECT_TRUE(os.release(start, 4 * kPage).ok());
  EXPECT_EQ(os.linear_end(), start + 5 * kPage) << "never shrinks";
  EXPECT_EQ(os.reserve(Address(), 2 * kPage).base, start);
  EXPECT_EQ(os.reserve(Address(), 3 * kPage).base, start + 5 * kPage) << "the hole is too small";
}

TEST(SimLinear, HintMustBeTheEnd) {
  Config c = presets::plan9_386();
  SimOs os(c);
  EXPECT_EQ(os.reserve(c.origin, kPage).base, c.origin);
  EXPECT_TRUE(is_null(os.reserve(c.origin, kPage), Failure::kNoMemory)) << "below";
  EXPECT_TRUE(is_null(os.reserve(c.origin + 2 * kPage, kPage), Failure::kNoMemory)) << "above";
  EXPECT_EQ(os.reserve(c.origin + kPage, kPage).base, c.origin + kPage);
  EXPECT_FALSE(os.probe().honours_hints);
  EXPECT_TRUE(os.probe().linear_only);
}

TEST(SimLinear, MaySkipToAHint) {
  Config c = presets::wasm();
  SimOs os(c);
  const Address hint(0x4000'0000);
  EXPECT_EQ(os.reserve(hint, c.page_size).base, hint);
  EXPECT_EQ(os.reserve(Address(), c.page_size).base, c.origin) << "what was skipped is a hole";
}

TEST(SimLinear, OthersGrowItToo) {
  Config c = presets::wasm();
  SimOs os(c);
  const Address first = os.reserve(Address(), c.page_size).base;
  EXPECT_TRUE(os.grow_by_others(1));
  EXPECT_EQ(os.reserve(Address(), c.page_size).base, first + 2 * c.page_size);
  EXPECT_EQ(os.free(first + c.page_size, c.page_size).failure, Failure::kNotReserved);
}

TEST(SimLinear, AnObstacleEndsIt) {
  Config c = presets::plan9_386();
  SimOs os(c);
  ASSERT_TRUE(os.add_obstacle({c.origin + 2 * kPage, kPage}));
  EXPECT_TRUE(is_null(os.reserve(Address(), 3 * kPage), Failure::kNoMemory));
  EXPECT_EQ(os.reserve(Address(), 2 * kPage).base, c.origin);
}

// --- Limits. ---

TEST(SimLimits, AddressSpaceLimitCountsReservations) {
  Config c = small();
  c.address_space_limit = 4 * kPage;
  SimOs os(c);
  EXPECT_TRUE(is_null(os.reserve(Address(), 5 * kPage), Failure::kNoMemory));
  const Address base = os.reserve(Address(), 3 * kPage).base;
  EXPECT_TRUE(is_null(os.alloc(2 * kPage), Failure::kNoMemory));
  EXPECT_TRUE(os.alloc(kPage).ok());
  EXPECT_TRUE(os.release(base, kPage).ok());
  EXPECT_TRUE(os.reserve(Address(), kPage).ok());
}

TEST(SimLimits, CommitIsChargedAtMap) {
  Config c = small();
  c.commit_limit = 2 * kPage;
  SimOs os(c);
  const Address base = os.reserve(Address(), 4 * kPage).base;
  EXPECT_EQ(os.map(base, 3 * kPage).failure, Failure::kNoMemory);
  EXPECT_EQ(os.space().bytes(State::kReserved), 4 * kPage) << "nothing changed";
  EXPECT_TRUE(os.map(base, 2 * kPage).ok());
  EXPECT_EQ(os.bytes_committed(), 2 * kPage);
  EXPECT_TRUE(os.used(base, 2 * kPage).ok()) << "already paid";
  EXPECT_TRUE(is_null(os.alloc(kPage), Failure::kNoMemory));
  EXPECT_TRUE(os.fault(base, kPage).ok());
  EXPECT_TRUE(os.alloc(kPage).ok());
}

TEST(SimLimits, CommitIsChargedAtUse) {
  Config c = small();
  c.commits_at_map = false;
  c.commit_limit = 2 * kPage;
  SimOs os(c);
  const Address base = os.reserve(Address(), 4 * kPage).base;
  EXPECT_TRUE(os.map(base, 4 * kPage).ok());
  EXPECT_EQ(os.used(base, 3 * kPage).failure, Failure::kNoMemory);
  EXPECT_EQ(os.space().bytes(State::kReady), 0u) << "nothing changed";
  EXPECT_TRUE(os.used(base, 2 * kPage).ok());
  EXPECT_TRUE(os.used(base, 2 * kPage).ok()) << "Ready memory costs nothing again";
  EXPECT_TRUE(os.unused(base, kPage).ok());
  EXPECT_TRUE(os.used(base + 2 * kPage, kPage).ok());
}

TEST(SimLimits, UsedMayFailPartway) {
  Config c = small();
  c.commits_at_map = false;
  c.commit_limit = 2 * kPage;
  c.fails_partway = true;
  SimOs os(c);
  const Address base = os.reserve(Address(), 6 * kPage).base;
  EXPECT_TRUE(os.map(base, 6 * kPage).ok());
  EXPECT_TRUE(os.used(base + kPage, kPage).ok());
  EXPECT_EQ(os.used(base, 4 * kPage).failure, Failure::kNoMemory);
  EXPECT_TRUE(os.space().is_all({base, 2 * kPage}, State::kReady));
  EXPECT_TRUE(os.space().is_all({base + 2 * kPage, 4 * kPage}, State::kPrepared));
  EXPECT_EQ(os.used(base + 2 * kPage, kPage).failure, Failure::kNoMemory);
}

TEST(SimLimits, FullTableIsNoMemoryAndChangesNothing) {
  std::array<Region, 2> table;
  SimOs os(small(), table);
  const Address base = os.reserve(Address(), 3 * kPage).base;
  EXPECT_EQ(os.map(base + kPage, kPage).failure, Failure::kNoMemory);
  EXPECT_EQ(os.release(base + kPage, kPage).failure, Failure::kNoMemory);
  EXPECT_EQ(os.space().bytes(State::kReserved), 3 * kPage);
  EXPECT_TRUE(os.reserve(Address(), kPage).ok());
  EXPECT_TRUE(is_null(os.reserve(Address(), kPage), Failure::kNoMemory));
  EXPECT_TRUE(os.free(base, 3 * kPage).ok());
}

// --- Capabilities. ---

TEST(SimCapabilities, AreToldAsConfigured) {
  Config c = small();
  c.huge_page_size = 2 * kMiB;
  c.end_of_data = Address(0x12345);
  c.program_break = Address(0x13000);
  c.lazy_commit = false;
  c.can_shrink = false;
  SimOs os(c);
  const Machine m = os.probe();
  EXPECT_EQ(m.page_size, kPage);
  EXPECT_EQ(m.granularity, kPage);
  EXPECT_EQ(os.huge_page_size(), 2 * kMiB);
  EXPECT_EQ(m.address_bits, 20u);
  EXPECT_EQ(m.end_of_data, Address(0x12345));
  EXPECT_EQ(m.program_break, Address(0x13000));
  EXPECT_TRUE(m.honours_hints && m.releases_parts && os.decommit_zeroes() && m.can_protect);
  EXPECT_FALSE(m.lazy_commit || m.can_shrink || m.linear_only || m.has_threads);
  os.config().program_break = Address(0x14000);
  EXPECT_EQ(os.probe().program_break, Address(0x14000));
}

TEST(SimCapabilities, WholeReservationsOnly) {
  Config c = small();
  c.releases_parts = false;
  SimOs os(c);
  const Address high = os.reserve(Address(), 2 * kPage).base;
  const Address low = os.reserve(Address(), 2 * kPage).base;
  ASSERT_EQ(low + 2 * kPage, high);
  EXPECT_EQ(os.release(low, kPage).failure, Failure::kUnsupported);
  EXPECT_EQ(os.free(low, 4 * kPage).failure, Failure::kUnsupported) << "two at once";
  EXPECT_EQ(os.misuses(), 2u);
  EXPECT_TRUE(os.map(low + kPage, 2 * kPage).ok()) << "but calls may span them";
  EXPECT_EQ(os.release(low, 2 * kPage).failure, Failure::kNotReserved) << "not all Reserved";
  EXPECT_TRUE(os.free(low, 2 * kPage).ok());
  EXPECT_TRUE(os.free(high, 2 * kPage).ok());
  EXPECT_EQ(os.bytes_held(), 0u);
}

TEST(SimCapabilities, NoProtection) {
  Config c = small();
  c.can_protect = false;
  SimOs os(c);
  const Address base = os.alloc(kPage).base;
  EXPECT_EQ(os.fault(base, kPage).failure, Failure::kUnsupported);
  EXPECT_TRUE(os.space().is_all({base, kPage}, State::kReady));
}

// --- What is resident, and huge pages. ---

TEST(SimResident, WithoutContentsWhatIsReadyCounts) {
  SimOs os(small());
  const Address base = os.reserve(Address(), 4 * kPage).base;
  ASSERT_TRUE(os.map(base, 4 * kPage).ok() && os.used(base, 3 * kPage).ok());
  EXPECT_EQ(os.resident(base, 4 * kPage), 3 * kPage);
  EXPECT_EQ(os.resident(base + 2 * kPage, 2 * kPage), kPage);
  ASSERT_TRUE(os.unused(base + kPage, kPage).ok());
  EXPECT_EQ(os.resident(base, 4 * kPage), 2 * kPage);
  EXPECT_EQ(os.misuses(), 0u);
}

// A backing in which pages 0 and 1 of the space were written.
class TwoPages final : public Backing {
 public:
  void ready(Range) override {}
  void withheld(Range) override {}
  void lost(Range) override {}
  std::optional<std::uint64_t> resident(Range range, std::uint64_t page_size) override {
    return is_known ? std::optional<std::uint64_t>(std::min(range.size, 2 * page_size))
                    : std::nullopt;
  }
  bool is_known = true;
};

TEST(SimResident, TheContentsKnowBetterIfTheyKnow) {
  TwoPages contents;
  Config c = small();
  c.backing = &contents;
  SimOs os(c);
  const Address base = os.alloc(4 * kPage).base;
  EXPECT_EQ(os.resident(base, 4 * kPage), 2 * kPage);
  EXPECT_EQ(os.resident(base, kPage), kPage);
  contents.is_known = false;
  EXPECT_EQ(os.resident(base, 4 * kPage), 4 * kPage);
}

TEST(SimResident, MayBeUnknownOrEverything) {
  Config c = small();
  c.residency = Residency::kUnknown;
  SimOs os(c);
  const Address base = os.reserve(Address(), 4 * kPage).base;
  ASSERT_TRUE(os.map(base, 4 * kPage).ok() && os.used(base, kPage).ok());
  EXPECT_EQ(os.resident(base, 4 * kPage), std::nullopt);
  os.config().residency = Residency::kEverything;
  EXPECT_EQ(os.resident(base, 4 * kPage), 4 * kPage);
  EXPECT_EQ(os.misuses(), 0u);
}

TEST(SimResident, OfOtherMemoryNothingIsKnownAndAskingIsMisuse) {
  SimOs os(small());
  const Address base = os.reserve(Address(), 4 * kPage).base;
  EXPECT_EQ(os.resident(base, kPage), std::nullopt) << "Reserved";
  EXPECT_EQ(os.resident(base - kPage, kPage), std::nullopt) << "not ours";
  EXPECT_EQ(os.resident(base, 0), std::nullopt);
  EXPECT_EQ(os.misuses(), 3u);
}

TEST(SimHugePages, WishesAreBookedWhereTheyAreTaken) {
  Config c = small();
  c.takes_huge_page_wishes = true;
  SimOs os(c);
  const Address base = os.reserve(Address(), 4 * kPage).base;
  EXPECT_EQ(os.wish_huge_pages(base, kPage, HugePages::kWanted).failure, Failure::kNotReserved);
  ASSERT_TRUE(os.map(base, 4 * kPage).ok());
  EXPECT_TRUE(os.wish_huge_pages(base, 4 * kPage, HugePages::kWanted).ok());
  EXPECT_TRUE(os.wish_huge_pages(base + kPage, kPage, HugePages::kUnwanted).ok());
  ASSERT_TRUE(os.latest_wish().has_value());
  EXPECT_EQ(os.latest_wish()->range, (Range{base + kPage, kPage}));
  EXPECT_EQ(os.latest_wish()->wish, HugePages::kUnwanted);
  EXPECT_EQ(os.wishes(), 2u);
  os.config().takes_huge_page_wishes = false;
  EXPECT_EQ(os.wish_huge_pages(base, kPage, HugePages::kWanted).failure, Failure::kUnsupported);
  EXPECT_EQ(os.wishes(), 2u);
  EXPECT_EQ(os.misuses(), 1u);
}

// --- Transitions. ---

TEST(SimTransitions, EverythingElseIsMisuse) {
  SimOs os(small());
  const Address base = os.reserve(Address(), 4 * kPage).base;
  std::uint64_t misuses = 0;
  const auto expect_misuse = [&](Status status, const char* what) {
    EXPECT_EQ(status.failure, Failure::kNotReserved) << what;
    EXPECT_EQ(os.misuses(), ++misuses) << what;
  };
  expect_misuse(os.used(base, kPage), "Reserved is not Prepared");
  expect_misuse(os.unused(base, kPage), "Reserved is not Ready");
  expect_misuse(os.fault(base, kPage), "it faults already");
  expect_misuse(os.map(base - kPage, 2 * kPage), "in part not ours");
  expect_misuse(os.map(base + 3 * kPage, 2 * kPage), "in part not ours");
  ASSERT_TRUE(os.map(base, 2 * kPage).ok());
  expect_misuse(os.map(base, kPage), "mapped twice");
  expect_misuse(os.map(base + kPage, 2 * kPage), "in part mapped");
  expect_misuse(os.release(base, 4 * kPage), "in part Prepared");
  expect_misuse(os.used(base + kPage, 2 * kPage), "in part Reserved");
  ASSERT_TRUE(os.used(base, kPage).ok());
  expect_misuse(os.release(base, kPage), "Ready");
  ASSERT_TRUE(os.free(base, 4 * kPage).ok());
  expect_misuse(os.free(base, 4 * kPage), "given back twice");
  expect_misuse(os.release(base, kPage), "not ours any more");
}

TEST(SimTransitions, BadArgumentsAreMisuse) {
  SimOs os(small());
  EXPECT_TRUE(is_null(os.reserve(Address(), 0), Failure::kBadArgument));
  EXPECT_TRUE(is_null(os.reserve(Address(), 100), Failure::kBadArgument));
  EXPECT_TRUE(is_null(os.reserve(Address(0x50001), kPage), Failure::kBadArgument));
  EXPECT_TRUE(is_null(os.alloc(kPage + 1), Failure::kBadArgument));
  EXPECT_EQ(os.free(Address(0x50000), 0).failure, Failure::kBadArgument);
  EXPECT_EQ(os.misuses(), 5u);
  EXPECT_EQ(os.calls(), 5u);
}

// --- Scripts. ---

TEST(SimScripts, FailTheNthCall) {
  Config c = small();
  c.failing_call = 3;
  c.failure = Failure::kDenied;
  SimOs os(c);
  const Address base = os.reserve(Address(), kPage).base;
  EXPECT_TRUE(os.map(base, kPage).ok());
  EXPECT_EQ(os.used(base, kPage).failure, Failure::kDenied);
  EXPECT_TRUE(os.space().is_all({base, kPage}, State::kPrepared)) << "nothing changed";
  EXPECT_TRUE(os.used(base, kPage).ok());
  EXPECT_EQ(os.misuses(), 0u);
  os.restart_calls();
  EXPECT_TRUE(os.unused(base, kPage).ok());
  EXPECT_TRUE(os.used(base, kPage).ok());
  EXPECT_EQ(os.free(base, kPage).failure, Failure::kDenied);
}

TEST(SimScripts, FailAllLaterCalls) {
  Config c = small();
  c.failing_call = 2;
  c.all_later_calls_fail = true;
  SimOs os(c);
  EXPECT_TRUE(os.reserve(Address(), kPage).ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(is_null(os.reserve(Address(), kPage), Failure::kNoMemory));
    EXPECT_TRUE(is_null(os.alloc(kPage), Failure::kNoMemory));
  }
}

TEST(SimScripts, ReserveAnswersExactly) {
  static constexpr Answer kScript[] = {
      {Answer::Kind::kExactly, Address(std::uint64_t{1} << 52)},  // outside the space
      {},                                                         // ordinary
      {Answer::Kind::kExactly, Address(0x50123)},                 // unaligned
      {Answer::Kind::kExactly, Address(0xff000)},                 // over the ordinary answer
      {Answer::Kind::kFails, Address()},
      {Answer::Kind::kExactly, Address()},
  };
  Config c = small();
  c.reserve_script = kScript;
  SimOs os(c);
  const Address outside = os.reserve(Address(0x50000), kPage).base;
  EXPECT_EQ(outside, Address(std::uint64_t{1} << 52));
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0xff000));
  const Address unaligned = os.reserve(Address(), kPage).base;
  EXPECT_EQ(unaligned, Address(0x50123));
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0xff000));
  EXPECT_TRUE(is_null(os.reserve(Address(), kPage), Failure::kNoMemory));
  EXPECT_TRUE(is_null(os.reserve(Address(), kPage), Failure::kNoMemory));
  EXPECT_EQ(os.reserve(Address(), kPage).base, Address(0xfe000)) << "the script is used up";
  // The caller can give every answer back, however wrong it was.
  EXPECT_EQ(os.bytes_held(), 4 * kPage);
  EXPECT_TRUE(os.release(outside, kPage).ok());
  EXPECT_EQ(os.map(unaligned, kPage).failure, Failure::kBadArgument);
  EXPECT_TRUE(os.release(unaligned, kPage).ok());
  EXPECT_TRUE(os.release(Address(0xfe000), 2 * kPage).ok());
  EXPECT_EQ(os.bytes_held(), 0u);
}

// --- The books. ---

TEST(SimBooks, ShowWhatIsHeldAndWhere) {
  SimOs os(small());
  const Address base = os.reserve(Address(), 4 * kPage).base;
  ASSERT_TRUE(os.map(base + kPage, 2 * kPage).ok());
  ASSERT_TRUE(os.used(base + kPage, kPage).ok());
  ASSERT_EQ(os.space().regions().size(), 4u);
  constexpr State kExpected[] = {State::kReserved, State::kReady, State::kPrepared,
                                 State::kReserved};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(os.space().regions()[i].range, (Range{base + i * kPage, kPage}));
    EXPECT_EQ(os.space().regions()[i].state, kExpected[i]);
  }
  EXPECT_EQ(os.bytes_held(), 4 * kPage);
  EXPECT_EQ(os.bytes_committed(), 2 * kPage);
  EXPECT_EQ(os.calls(), 3u);
  ASSERT_TRUE(os.free(base, 4 * kPage).ok());
  EXPECT_TRUE(os.space().regions().empty());
  EXPECT_EQ(os.peak_bytes_held(), 4 * kPage);
}

class Recorder final : public Backing {
 public:
  void ready(Range r) override { add("ready", r); }
  void withheld(Range r) override { add("withheld", r); }
  void lost(Range r) override { add("lost", r); }
  std::string told;

 private:
  void add(const char* what, Range r) { told += what + std::to_string(r.size / kPage) + ' '; }
};

TEST(SimBacking, IsToldWhatMayBeTouched) {
  Recorder recorder;
  Config c = small();
  c.backing = &recorder;
  SimOs os(c);
  const Address base = os.reserve(Address(), 3 * kPage).base;
  ASSERT_TRUE(os.map(base, 3 * kPage).ok());
  EXPECT_EQ(recorder.told, "");
  ASSERT_TRUE(os.used(base, 2 * kPage).ok());
  ASSERT_TRUE(os.unused(base, kPage).ok());
  os.config().decommit_zeroes = false;
  ASSERT_TRUE(os.unused(base, 2 * kPage).ok());
  ASSERT_TRUE(os.fault(base, kPage).ok());
  ASSERT_TRUE(os.alloc(kPage).ok());
  ASSERT_TRUE(os.free(base, 3 * kPage).ok());
  EXPECT_EQ(recorder.told, "ready2 lost1 withheld2 lost1 ready1 lost3 ");
}

// --- Everything else. ---

TEST(SimServices, OutputIsKeptOrPassedOn) {
  SimOs os(small());
  os.write("one ");
  os.write("two");
  EXPECT_EQ(os.output(), "one two");
  EXPECT_FALSE(os.output_is_cut());
  os.write(std::string(SimOs::kOutput, 'x'));
  EXPECT_EQ(os.output().size(), SimOs::kOutput);
  EXPECT_TRUE(os.output_is_cut());

  std::string sink;
  Config c = small();
  c.context = &sink;
  c.on_write = [](void* context, std::string_view text) {
    static_cast<std::string*>(context)->append(text);
  };
  SimOs other(c);
  other.write("three");
  EXPECT_EQ(sink, "three");
  EXPECT_EQ(other.output(), "");
}

TEST(SimServices, TimeAndSeedsAreSet) {
  Config c = small();
  c.time = 100;
  c.time_step = 5;
  c.seed = 7;
  c.seed_step = 2;
  SimOs os(c);
  EXPECT_EQ(os.monotonic_nanoseconds(), 100u);
  EXPECT_EQ(os.monotonic_nanoseconds(), 105u);
  os.set_time(1000);
  EXPECT_EQ(os.monotonic_nanoseconds(), 1000u);
  EXPECT_EQ(os.random_seed(), 7u);
  EXPECT_EQ(os.random_seed(), 9u);
}

TEST(SimServices, ThreadExitIsRunByHand) {
  int calls = 0;
  const ThreadExitFunction count = [](void* argument) { ++*static_cast<int*>(argument); };
  SimOs without(small());
  EXPECT_FALSE(without.at_thread_exit(count, &calls));
  without.end_thread();
  EXPECT_EQ(calls, 0);
  Config c = small();
  c.has_threads = true;
  SimOs os(c);
  EXPECT_TRUE(os.at_thread_exit(count, &calls));
  os.end_thread();
  os.end_thread();
  EXPECT_EQ(calls, 1);
}

// The hook does not return here: a trap would start a debugger on some systems.
TEST(SimDeathTest, AbortCallsItsHook) {
  Config c = small();
  c.on_abort = [](void*) {
    std::fputs("on_abort", stderr);
    std::_Exit(7);
  };
  SimOs os(c);
  EXPECT_DEATH_IF_SUPPORTED(os.abort(), "on_abort");
}

// If something lies at a hint, the memory lies as near to it as the system looks.
TEST(SimHints, AreTakenNearbyWhereTheSystemLooksThere) {
  constexpr Address kHint(0xc0'0000'0000);
  const auto answer = [&](const Config& c) {
    SimOs os(c);
    EXPECT_EQ(os.reserve(kHint, 4 * kMiB).base, kHint);
    return os.reserve(kHint + kMiB, kMiB).base;
  };
  EXPECT_EQ(answer(presets::freebsd_amd64()), kHint + 4 * kMiB);
  EXPECT_EQ(answer(presets::netbsd_amd64()), kHint - kMiB);
  EXPECT_EQ(answer(presets::openbsd_amd64()), presets::openbsd_amd64().origin - kMiB);
}

// --- Presets. ---

TEST(SimPresets, AreWhatTheirNamesSay) {
  for (const Config& c : presets::kAll) {
    SCOPED_TRACE(std::string(c.name));
    SimOs os(c);
    const Machine m = os.probe();
    EXPECT_TRUE(os.reserve(Address(), m.granularity).ok());
    EXPECT_TRUE(os.alloc(m.page_size).ok());
    EXPECT_EQ(m.page_size % 4096, 0u);
    EXPECT_EQ(m.granularity % m.page_size, 0u);
  }
}

// Shows where the first hint of Go's allocator leads.
TEST(SimPresets, AnswerTheFirstHints) {
  constexpr Address kMost(0xc0'0000'0000);
  constexpr Address kArm64(0x40'0000'0000);
  constexpr Address kApple(0x13'0000'0000);
  const auto answer = [](const Config& c, Address hint) {
    SimOs os(c);
    return os.reserve(hint, 64 * kMiB).base;
  };
  EXPECT_EQ(answer(presets::linux_amd64(), kMost), kMost);
  EXPECT_EQ(answer(presets::windows_amd64(), kMost), kMost);
  EXPECT_EQ(answer(presets::linux_arm64(), kArm64), kArm64);
  EXPECT_EQ(answer(presets::linux_arm64_39_bit(), kArm64), kArm64);
  EXPECT_NE(answer(presets::linux_arm64_39_bit(), kMost), kMost);
  EXPECT_EQ(answer(presets::darwin_arm64(), kApple), kApple);
  EXPECT_NE(answer(presets::gvisor_amd64(), kMost), kMost);
  EXPECT_NE(answer(presets::moved_hints_amd64(), kMost), kMost);
  EXPECT_GE(answer(presets::ios_arm64(), kApple), Address(std::uint64_t{1} << 33));
  EXPECT_EQ(answer(presets::plan9_amd64(), kMost), Address());
  EXPECT_EQ(answer(presets::wasm(), kMost), Address());
}

}  // namespace
}  // namespace Atoll::os::sim
