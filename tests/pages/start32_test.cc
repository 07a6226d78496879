// The start of 32-bit heaps.
#include "src/pages/start32.h"

#include <gtest/gtest.h>

#include "os/sim/presets.h"
#include "tests/pages/walk.h"

namespace Atoll::pages {
namespace {

namespace presets = os::sim::presets;
using port::Goarch;
using port::Goos;
using port::Release;
using port::spec;
using Lines = std::vector<std::string>;

TEST(Start32, ReservesMetadataThenArenasBehindTheProgram) {
  Walk walk(presets::linux_386_4_gib(), spec(Release::k1_11, Goos::kLinux, Goarch::k386));
  walk.arenas.init();
  // 258 MiB, the number in a comment of Go's sources; and 512 MiB with the 4 MiB of alignment,
  // which the heap keeps because the answer was aligned by itself. The break at 0x80d3000 and 256
  // KiB round up to 0x8400000.
  ASSERT_EQ(walk.calls().size(), 2U);
  EXPECT_EQ(walk.arenas.metadata_range().size, 270532608U);
  EXPECT_EQ(walk.calls()[1], "reserve(0x8400000, 516 MiB) -> 0x8400000");
  EXPECT_EQ(walk.arenas.arena_range(), (Range{Address(0x840'0000), 516 * kMiB}));
  ASSERT_EQ(walk.arenas.hints().size(), 1U);
  EXPECT_EQ(walk.arenas.hints()[0].address, Address(0x840'0000) + 516 * kMiB);
}

TEST(Start32, TheFirstArenasComeFromTheReservation) {
  Walk walk(presets::linux_386_4_gib(), spec(Release::k1_11, Goos::kLinux, Goarch::k386));
  walk.arenas.init();
  const Address base = walk.arenas.arena_range().base;
  for (std::uint64_t i = 0; i < 516 / 4; ++i) {
    const Growth growth = walk.arenas.grow(4 * kMiB);
    ASSERT_TRUE(growth.ok());
    EXPECT_EQ(growth.region, (Range{base + i * 4 * kMiB, 4 * kMiB}));
  }
  EXPECT_TRUE(walk.trials.empty());
  const Growth behind = walk.arenas.grow(1);
  ASSERT_TRUE(behind.ok());
  EXPECT_EQ(behind.region.base, walk.arenas.arena_range().end()) << "the hint behind it";
}

TEST(Start32, LessIsTriedWhereTheSpaceIsSmall) {
  for (const auto& [limit, arenas] :
       {std::pair{700 * kMiB, 260 * kMiB}, std::pair{450 * kMiB, 132 * kMiB}}) {
    os::sim::Config config = presets::linux_386_3_gib();
    config.address_space_limit = limit;
    Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::k386));
    walk.arenas.init();
    EXPECT_EQ(walk.arenas.arena_range().size, arenas);
    EXPECT_TRUE(walk.arenas.grow(1).ok());
  }
}

TEST(Start32, NeitherReservationIsNeeded) {
  os::sim::Config config = presets::linux_386_3_gib();
  config.address_space_limit = 100 * kMiB;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::k386));
  walk.arenas.init();
  EXPECT_TRUE(walk.arenas.metadata_range().is_empty());
  EXPECT_TRUE(walk.arenas.arena_range().is_empty());
  EXPECT_EQ(walk.arenas.hints()[0].address, Address(0x840'0000));
  const Growth growth = walk.arenas.grow(1);
  ASSERT_TRUE(growth.ok());
  EXPECT_EQ(growth.region.base, Address(0x840'0000));
}

TEST(Start32, MetadataInTheWayIsSteppedOver) {
  // A system that places memory directly after the break.
  os::sim::Config config = presets::linux_386_4_gib();
  config.placement = os::sim::Placement::kBottomUp;
  config.origin = config.program_break;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::k386));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.metadata_range().base, config.program_break);
  EXPECT_GE(walk.arenas.arena_range().base, walk.arenas.metadata_range().end() + 256 * 1024);
}

TEST(Start32, MipsHasTwoGiBOnly) {
  Walk walk(presets::linux_mips_2_gib(), spec(Release::k1_11, Goos::kLinux, Goarch::kMips));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.metadata_range().size, 270532608U / 2);
  // If there is no memory after the reservation, the system chooses; the heap would refuse an
  // answer beyond the 31 bits.
  std::uint64_t total = 0;
  for (;;) {
    const Growth growth = walk.arenas.grow(4 * kMiB);
    if (!growth.ok()) {
      EXPECT_EQ(growth.failure, GrowFailure::kNoMemory);
      break;
    }
    EXPECT_LE(growth.region.last().value(), 0x7fff'ffffU);
    total += growth.region.size;
  }
  EXPECT_GT(total, 1600 * kMiB) << "nearly all that is there";
}

TEST(Start32, AnArenaAtTheVeryEndOf32BitsWouldWrap) {
  os::sim::Config config = presets::linux_386_4_gib();
  config.end = Address();
  config.origin = Address(0x1'0000'0000);
  config.address_space_limit = 8 * kMiB;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::k386));
  walk.arenas.init();
  ASSERT_TRUE(walk.sim.add_obstacle({Address(0x840'0000), 4096}));
  const Growth growth = walk.arenas.grow(1);
  EXPECT_EQ(growth.failure, GrowFailure::kRegionWraps);
  EXPECT_EQ(walk.sim.bytes_held(), 0U);
}

TEST(Start32, WasmOf111StartsThisWayAndLosesNothing) {
  Walk walk(presets::wasm(), spec(Release::k1_11, Goos::kJs, Goarch::kWasm));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.metadata_range().size, 138412032U);
  const Range arenas = walk.arenas.arena_range();
  EXPECT_EQ(arenas.base, walk.arenas.metadata_range().end().aligned_up(64 * kMiB));
  EXPECT_GE(arenas.size, 512 * kMiB);
  EXPECT_EQ(walk.arenas.grow(1).region, (Range{arenas.base, 64 * kMiB}));
}

// Others took memory before: the hint after the data is below the end of the memory by then.
TEST(Start32, WasmOf111GoesOnAtTheEndOfTheMemory) {
  Walk walk(presets::wasm(), spec(Release::k1_11, Goos::kJs, Goarch::kWasm));
  ASSERT_TRUE(walk.sim.grow_by_others(1));
  walk.arenas.init();
  const Range arenas = walk.arenas.arena_range();
  EXPECT_EQ(arenas.base, walk.arenas.metadata_range().end().aligned_up(64 * kMiB));
  EXPECT_GE(arenas.size, 512 * kMiB);
}

TEST(Start32, FailuresOfTheSystemAreSurvived) {
  const port::PortSpec port_spec = spec(Release::k1_11, Goos::kLinux, Goarch::k386);
  for (std::uint64_t k = 1; k < 12; ++k) {
    SCOPED_TRACE(k);
    os::sim::Config config = presets::linux_386_4_gib();
    config.failing_call = k;
    Walk walk(config, port_spec);
    walk.arenas.init();
    std::uint64_t grown = 0;
    for (int i = 0; i < 8; ++i) {
      const Growth growth = walk.arenas.grow(4 * kMiB);
      if (growth.ok()) ++grown;
    }
    EXPECT_GE(grown, 7U);
    EXPECT_EQ(walk.sim.misuses(), 0U);
  }
}

}  // namespace
}  // namespace Atoll::pages
