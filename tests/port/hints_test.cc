// Arena hints of 64-bit ports and the reservation of 32-bit ones, against addresses typed in here.

#include "src/port/hints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "src/port/start32.h"
#include "tests/port/every_port.h"

namespace Atoll::port {
namespace {

using enum Goos;
using enum Goarch;
using enum Release;

std::size_t distinct(const HintList& hints) {
  return std::set<std::uint64_t>(hints.begin(), hints.end()).size();
}

bool ascending(const HintList& hints) { return std::is_sorted(hints.begin(), hints.end()); }

struct ExpectedHints {
  Release release;
  Goos goos;
  Goarch goarch;
  bool race;
  unsigned main;
  unsigned user;
  std::uint64_t first;
  std::uint64_t second;
  std::uint64_t last;  // of both lists, user after main
};

TEST(Hints, AreTheKnownAddressesInOrder) {
  const ExpectedHints expected[] = {
      // The default.
      {k1_11, kLinux, kAmd64, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      {k1_11, kWindows, kAmd64, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000,
       0x7fc0'0000'0000},
      {k1_11, kPlan9, kAmd64, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      {k1_14, kLinux, kRiscv64, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000,
       0x7fc0'0000'0000},
      {k1_19, kLinux, kS390x, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      {k1_20, kLinux, kAmd64, false, 64, 64, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      {k1_27, kLinux, kAmd64, false, 64, 64, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      // arm64.
      {k1_11, kLinux, kArm64, false, 128, 0, 0x0040'0000'0000, 0x0140'0000'0000, 0x7f40'0000'0000},
      {k1_16, kDarwin, kArm64, false, 128, 0, 0x0040'0000'0000, 0x0140'0000'0000, 0x7f40'0000'0000},
      {k1_27, kWindows, kArm64, false, 64, 64, 0x0040'0000'0000, 0x0140'0000'0000,
       0x7f40'0000'0000},
      // Phones, under both their names.
      {k1_11, kDarwin, kArm64, false, 128, 0, 0x0001'3000'0000, 0x0101'3000'0000, 0x7f01'3000'0000},
      {k1_15, kDarwin, kArm64, false, 128, 0, 0x0001'3000'0000, 0x0101'3000'0000, 0x7f01'3000'0000},
      {k1_16, kIos, kArm64, false, 128, 0, 0x0001'3000'0000, 0x0101'3000'0000, 0x7f01'3000'0000},
      {k1_16, kIos, kAmd64, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      // aix has no hint 0.
      {k1_12, kAix, kPpc64, false, 127, 0, 0x0a00'0100'0000'0000, 0x0a00'0200'0000'0000,
       0x0a00'7f00'0000'0000},
      {k1_20, kAix, kPpc64, false, 63, 64, 0x0a00'0100'0000'0000, 0x0a00'0200'0000'0000,
       0x0a00'7f00'0000'0000},
      // The race detector: every address of the window twice.
      {k1_11, kLinux, kAmd64, true, 64, 0, 0x00c0'0000'0000, 0x00c1'0000'0000, 0x00df'0000'0000},
      {k1_20, kLinux, kAmd64, true, 64, 0, 0x00c0'0000'0000, 0x00c1'0000'0000, 0x00df'0000'0000},
      {k1_27, kLinux, kRiscv64, true, 64, 0, 0x00c0'0000'0000, 0x00c1'0000'0000, 0x00df'0000'0000},
      // On arm64 the window counts from release 1.16.
      {k1_15, kLinux, kArm64, true, 128, 0, 0x0040'0000'0000, 0x0140'0000'0000, 0x7f40'0000'0000},
      {k1_16, kLinux, kArm64, true, 64, 0, 0x00c0'0000'0000, 0x00c1'0000'0000, 0x00df'0000'0000},
      {k1_16, kDarwin, kArm64, true, 64, 0, 0x00c0'0000'0000, 0x00c1'0000'0000, 0x00df'0000'0000},
      // wasm's can never be honoured.
      {k1_13, kJs, kWasm, false, 128, 0, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
      {k1_23, kWasip1, kWasm, false, 64, 64, 0x00c0'0000'0000, 0x01c0'0000'0000, 0x7fc0'0000'0000},
  };
  for (const ExpectedHints& row : expected) {
    const PortSpec port = spec(row.release, row.goos, row.goarch, row.race);
    SCOPED_TRACE(describe(port));
    const ArenaHints hints = arena_hints(port);
    ASSERT_EQ(hints.main.count, row.main);
    ASSERT_EQ(hints.user.count, row.user);
    EXPECT_EQ(hints.main[0], row.first);
    EXPECT_EQ(hints.main[1], row.second);
    EXPECT_EQ((hints.user.empty() ? hints.main : hints.user).span().back(), row.last);
    EXPECT_EQ(first_hint(port), row.first);
    EXPECT_EQ(hint_count(port), row.main);
    EXPECT_EQ(user_hint_count(port), row.user);
  }
}

TEST(Hints, SplitInTheMiddleForUserArenas) {
  const ArenaHints hints = arena_hints(spec(k1_20, kLinux, kAmd64));
  EXPECT_EQ(hints.main.span().back(), 0x3fc0'0000'0000U);
  EXPECT_EQ(hints.user[0], 0x40c0'0000'0000U);
  EXPECT_EQ(arena_hints(spec(k1_20, kAix, kPpc64)).user[0], 0x0a00'4000'0000'0000U);
}

TEST(Hints, RepeatInTheRaceWindow) {
  const ArenaHints hints = arena_hints(spec(k1_11, kLinux, kAmd64, true));
  ASSERT_EQ(hints.main.count, 64U);
  EXPECT_EQ(distinct(hints.main), 32U);
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(hints.main[i], hints.main[i + 32]);
  for_every_port([](const PortSpec& port) {
    if (!port.race || (port.goarch == kArm64 && port.release < k1_16)) return;
    for (const std::uint64_t address : arena_hints(port).main) {
      EXPECT_GE(address, kRaceWindowStart);
      EXPECT_LT(address, kRaceWindowEnd);
    }
  });
}

TEST(Hints, AreShorterOnRiscvWith39Bits) {
  const HintOptions sv39{.sv39 = true};
  const ArenaHints plain = arena_hints(spec(k1_26, kLinux, kRiscv64), sv39);
  ASSERT_EQ(plain.main.count, 64U);
  ASSERT_EQ(plain.user.count, 64U);
  EXPECT_EQ(distinct(plain.main), 32U);
  EXPECT_EQ(distinct(plain.user), 32U);
  EXPECT_EQ(plain.main[0], 0x01'3000'0000U);
  EXPECT_EQ(plain.main[1], 0x01'3000'0000U);
  EXPECT_EQ(plain.main[2], 0x03'3000'0000U);
  EXPECT_EQ(plain.user.span().back(), 0x7f'3000'0000U);

  // Nothing reaches the end of this window, so i above 0x5f remain, for user arenas.
  const ArenaHints race = arena_hints(spec(k1_26, kLinux, kRiscv64, true), sv39);
  ASSERT_EQ(race.main.count, 96U);
  ASSERT_EQ(race.user.count, 32U);
  EXPECT_EQ(race.main[0], 0x1'3000'0000U);
  EXPECT_EQ(race.main[4], 0x1'7000'0000U);
  EXPECT_EQ(race.user.span().back(), 0x7'f000'0000U);
  EXPECT_EQ(distinct(race.main), 12U);
  EXPECT_EQ(distinct(race.user), 4U);

  // The option is ignored where it does not apply.
  EXPECT_EQ(first_hint(spec(k1_25, kLinux, kRiscv64), sv39), 0x00c0'0000'0000U);
  EXPECT_EQ(first_hint(spec(k1_26, kLinux, kAmd64), sv39), 0x00c0'0000'0000U);
}

TEST(Hints, AreAbsentWithoutAHintStart) {
  for_every_port([](const PortSpec& port) {
    const ArenaHints hints = arena_hints(port);
    if (port.heap_start == HeapStart::kHints) {
      EXPECT_EQ(port.ptr_size, 8U);
      EXPECT_EQ(hint_count(port), hints.main.count);
      EXPECT_GE(hints.main.count, 63U);
      return;
    }
    EXPECT_TRUE(hints.main.empty());
    EXPECT_TRUE(hints.user.empty());
    EXPECT_EQ(first_hint(port), std::nullopt);
    const bool one = port.heap_start == HeapStart::kReservation;
    EXPECT_EQ(hint_count(port), one ? 1U : 0U);
    EXPECT_EQ(user_hint_count(port), one && port.release >= k1_20 ? 1U : 0U);
  });
  EXPECT_EQ(spec(k1_12, kJs, kWasm).heap_start, HeapStart::kReservation);
  EXPECT_EQ(spec(k1_13, kJs, kWasm).heap_start, HeapStart::kHints);
  EXPECT_EQ(spec(k1_24, kJs, kWasm).heap_start, HeapStart::kBreak);
  EXPECT_EQ(spec(k1_23, kPlan9, kAmd64).heap_start, HeapStart::kHints);
  EXPECT_EQ(spec(k1_24, kPlan9, kAmd64).heap_start, HeapStart::kBreak);
  EXPECT_EQ(spec(k1_23, kPlan9, k386).heap_start, HeapStart::kReservation);
  EXPECT_EQ(spec(k1_24, kPlan9, k386).heap_start, HeapStart::kBreak);
}

TEST(Hints, HaveAPlaceInTheArenaMap) {
  for_every_port([](const PortSpec& port) {
    if (port.heap_start != HeapStart::kHints) return;
    const ArenaHints hints = arena_hints(port);
    const auto first = first_usable_hint(port);
    EXPECT_EQ(first.has_value(), port.goarch != kWasm);
    EXPECT_EQ(first.value_or(hints.main[0]), hints.main[0]);
    const bool phone = (port.goos == kIos && port.goarch == kArm64) ||
                       (port.goos == kDarwin && port.goarch == kArm64 && port.release >= k1_14 &&
                        port.release <= k1_15);
    for (const HintList& list : {hints.main, hints.user}) {
      if (!port.race) {
        EXPECT_TRUE(ascending(list));
      }
      for (const std::uint64_t address : list) {
        const bool usable = phone ? address == hints.main[0] : port.goarch != kWasm;
        EXPECT_EQ(is_usable_hint(port, address), usable) << std::hex << address;
        EXPECT_EQ(address % port.heap_arena_bytes, 0U);
      }
    }
  });
  EXPECT_FALSE(is_usable_hint(spec(k1_11, kLinux, kAmd64), ~std::uint64_t{0} - 4096));
}

constexpr std::uint64_t kAllOnes = ~std::uint64_t{0};

// A seed whose first bits are `base_bits`, then `chunk`, then `padding`.
constexpr std::uint64_t amd64_seed(std::uint64_t base_bits, std::uint64_t chunk,
                                   std::uint64_t padding) {
  return base_bits << 44 | chunk << 40 | padding << 18;
}

TEST(RandomizedHints, StartAtTheSeedsBase) {
  const PortSpec port = spec(k1_26, kLinux, kAmd64);
  ASSERT_TRUE(can_randomize(port));
  // 20 bits of base, 0x12300 << 26, whose lowest prefix bits (38 and 39) are clear.
  const ArenaHints hints = arena_hints(port, {.random_seed = amd64_seed(0x1'2345, 0, 0)});
  ASSERT_EQ(hints.main.count, 64U);
  ASSERT_EQ(hints.user.count, 64U);
  EXPECT_EQ(hints.main[0], 0x048d'1400'0000U);
  // prefix = 0x12, its two lowest bits (10) belong to what is not cleared: they stay.
  EXPECT_EQ(hints.main[1], 0x04cd'1400'0000U);
  EXPECT_EQ(hints.main[2], 0x058d'1400'0000U);
  EXPECT_EQ(hints.main[4], 0x058d'1400'0000U);
  EXPECT_EQ(distinct(hints.main), 34U);
}

TEST(RandomizedHints, AreDistinctIfTheBasesLowPrefixBitsAreClear) {
  const PortSpec port = spec(k1_27, kLinux, kAmd64);
  // Prefix 0xfc: it wraps around after four hints.
  const ArenaHints hints = arena_hints(port, {.random_seed = amd64_seed(0xfc << 12, 0, 0)});
  EXPECT_EQ(hints.main[0], 0x3f00'0000'0000U);
  EXPECT_EQ(hints.main[3], 0x3fc0'0000'0000U);
  EXPECT_EQ(hints.main[4], 0x0000'0000'0000U);
  EXPECT_EQ(distinct(hints.main), 64U);
  EXPECT_EQ(distinct(hints.user), 64U);
  // All four prefix values collapse if both bits are set.
  const ArenaHints same = arena_hints(port, {.random_seed = amd64_seed(0x03 << 12, 0, 0)});
  EXPECT_EQ(distinct(same.main), 17U);
}

TEST(RandomizedHints, UseTheUsersHalfOfTheAddressSpace) {
  const auto first = [](const PortSpec& port) {
    return first_hint(port, {.random_seed = kAllOnes});
  };
  EXPECT_EQ(first(spec(k1_26, kLinux, kAmd64)), 0x3fff'fc00'0000U);
  EXPECT_EQ(first(spec(k1_26, kWindows, kAmd64)), 0x3fff'ffc0'0000U);
  EXPECT_EQ(first(spec(k1_26, kLinux, kArm64)), 0x7fff'fc00'0000U);
  EXPECT_EQ(first(spec(k1_26, kIos, kArm64)), 0x7f'ffc0'0000U);
  EXPECT_EQ(first(spec(k1_26, kAix, kPpc64)), 0x7fff'fc00'0000U);
  for_every_port([](const PortSpec& port) {
    if (!can_randomize(port)) {
      // The seed is ignored.
      EXPECT_EQ(first_hint(port, {.random_seed = 12345}), first_hint(port));
      return;
    }
    for (const std::uint64_t seed :
         {std::uint64_t{0}, kAllOnes, std::uint64_t{0x0123'4567'89ab'cdef}}) {
      const ArenaHints hints = arena_hints(port, {.random_seed = seed});
      EXPECT_EQ(hints.main.count, 64U);
      EXPECT_EQ(hints.user.count, 64U);
      for (const std::uint64_t address : hints.main) {
        EXPECT_EQ(address % port.heap_arena_bytes, 0U);
        // On aix they all lie below the addresses the arena map covers.
        EXPECT_EQ(is_usable_hint(port, address), port.goos != kAix);
      }
    }
  });
}

TEST(RandomizedHints, ExistFromRelease26WhereHintsMatter) {
  EXPECT_FALSE(can_randomize(spec(k1_25, kLinux, kAmd64)));
  EXPECT_TRUE(can_randomize(spec(k1_26, kLinux, kAmd64)));
  EXPECT_FALSE(can_randomize(spec(k1_26, kLinux, kAmd64, true)));
  EXPECT_FALSE(can_randomize(spec(k1_26, kLinux, k386)));
  EXPECT_FALSE(can_randomize(spec(k1_26, kJs, kWasm)));
  EXPECT_FALSE(can_randomize(spec(k1_26, kPlan9, kAmd64)));
}

TEST(RandomizedFirstGrowth, UsesTheBitsBehindTheBase) {
  const PortSpec port = spec(k1_26, kLinux, kAmd64);
  const FirstGrowth growth =
      randomized_first_growth(port, amd64_seed(0x1'2345, 0xb, 5 * 8192 + 77));
  EXPECT_EQ(growth.base_bits, 0xbU << 22);
  EXPECT_EQ(growth.padding_pages, 5U);
  // An arena of one chunk leaves no bits for the first number.
  const FirstGrowth windows =
      randomized_first_growth(spec(k1_26, kWindows, kAmd64), ~std::uint64_t{0});
  EXPECT_EQ(windows.base_bits, 0U);
  EXPECT_EQ(windows.padding_pages, 511U);
}

TEST(RandomizedHints, TellTheirSeedBack) {
  for_every_port([](const PortSpec& port) {
    if (!can_randomize(port)) return;
    for (const std::uint64_t seed :
         {std::uint64_t{0}, kAllOnes, std::uint64_t{0x0123'4567'89ab'cdef}}) {
      const ArenaHints hints = arena_hints(port, {.random_seed = seed});
      const FirstGrowth growth = randomized_first_growth(port, seed);
      const auto found = seed_of_base(port, hints.main[0], growth.base_bits);
      ASSERT_TRUE(found.has_value());
      const ArenaHints again = arena_hints(port, {.random_seed = found});
      EXPECT_TRUE(std::ranges::equal(again.main, hints.main));
      EXPECT_TRUE(std::ranges::equal(again.user, hints.user));
      EXPECT_EQ(randomized_first_growth(port, *found).base_bits, growth.base_bits);
      EXPECT_EQ(*found & ~seed, 0U) << "bits that do not show are 0";
    }
  });
}

TEST(RandomizedHints, HaveNoSeedForAnAddressThatIsNoBase) {
  const PortSpec port = spec(k1_26, kLinux, kAmd64);
  EXPECT_EQ(seed_of_base(port, 0x3a7b'b000'0000), 0x3a7b'b000'0000U << 18);
  EXPECT_EQ(seed_of_base(port, 0x3a7b'b000'0000, 3 << 22),
            (0x3a7b'b000'0000U << 18) + (std::uint64_t{3} << 40));
  EXPECT_FALSE(seed_of_base(port, 0x4000'0000'0000).has_value()) << "a bit too many";
  EXPECT_FALSE(seed_of_base(port, 0x3a7b'b040'0000).has_value()) << "not where an arena begins";
  EXPECT_FALSE(seed_of_base(port, 0x3a7b'b000'0000, 8192).has_value()) << "no whole chunk";
  EXPECT_FALSE(seed_of_base(port, 0x3a7b'b000'0000, 64 << 20).has_value()) << "another arena";
}

TEST(Start32, ReservesTheKnownMetadata) {
  struct Row {
    Release first;
    Release last;
    std::uint64_t bytes;
  };
  const Row expected[] = {
      {k1_11, k1_11, 270532608}, {k1_12, k1_13, 270663680}, {k1_14, k1_14, 270667776},
      {k1_15, k1_15, 270733312}, {k1_16, k1_19, 270737408}, {k1_20, k1_21, 140713984},
      {k1_22, k1_24, 2301952},   {k1_25, k1_27, 2367488},
  };
  for (const Row& row : expected) {
    for (const Release release : kReleases) {
      if (release < row.first || release > row.last) continue;
      EXPECT_EQ(start32_metadata_bytes(spec(release, kLinux, k386)), row.bytes) << name(release);
      EXPECT_EQ(start32_metadata_bytes(spec(release, kLinux, kArm)), row.bytes) << name(release);
      EXPECT_EQ(start32_metadata_bytes(spec(release, kLinux, kMips)), row.bytes / 2);
      EXPECT_EQ(start32_metadata_bytes(spec(release, kLinux, kMipsle)), row.bytes / 2);
    }
  }
  EXPECT_EQ(start32_metadata_bytes(spec(k1_11, kJs, kWasm)), 138412032U);
  EXPECT_EQ(start32_metadata_bytes(spec(k1_12, kJs, kWasm)), 138543104U);
}

TEST(Start32, BeginsBehindTheProgram) {
  const PortSpec port = spec(k1_11, kLinux, k386);
  const auto address = [&](const ProgramEnd& program) { return start32_address(port, program); };
  EXPECT_EQ(address({.end_of_data = 0x0812'3456}), 0x0840'0000U);
  // The slack is kept in full.
  EXPECT_EQ(address({.end_of_data = 0x083c'0000}), 0x0840'0000U);
  EXPECT_EQ(address({.end_of_data = 0x083c'0001}), 0x0880'0000U);
  // A break behind the data counts, one before it does not.
  EXPECT_EQ(address({.end_of_data = 0x0812'3456, .program_break = 0x0912'3456}), 0x0940'0000U);
  EXPECT_EQ(address({.end_of_data = 0x0812'3456, .program_break = 0x0712'3456}), 0x0840'0000U);
  // Metadata that begins after the end of the data is left alone, at the risk of meeting it.
  EXPECT_EQ(
      address(
          {.end_of_data = 0x0812'3456, .metadata_begin = 0x0812'4000, .metadata_end = 0x1832'4000}),
      0x0840'0000U);
  EXPECT_EQ(
      address(
          {.end_of_data = 0x0812'4000, .metadata_begin = 0x0812'4000, .metadata_end = 0x1832'4000}),
      0x1840'0000U);
  EXPECT_EQ(
      address(
          {.end_of_data = 0x1832'4000, .metadata_begin = 0x0812'4000, .metadata_end = 0x1832'4000}),
      0x1840'0000U);
  EXPECT_EQ(address({.end_of_data = 0xffff'0000}), 0x0040'0000U);  // wraps
  EXPECT_EQ(start32_address(spec(k1_11, kJs, kWasm), {.end_of_data = 1 << 20}), 64U << 20);
}

TEST(Start32, TriesThreeReservations) {
  EXPECT_EQ(kStart32Reservations[0], 536870912U);
  EXPECT_EQ(kStart32Reservations[1], 268435456U);
  EXPECT_EQ(kStart32Reservations[2], 134217728U);
  EXPECT_EQ(kStart32Slack, 262144U);
  EXPECT_TRUE(has_program_break(kLinux));
  EXPECT_FALSE(has_program_break(kFreebsd));
  EXPECT_FALSE(has_program_break(kPlan9));
}

}  // namespace
}  // namespace Atoll::port
