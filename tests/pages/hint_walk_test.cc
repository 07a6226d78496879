// The walk along the hints of 64-bit systems.
#include <gtest/gtest.h>

#include <array>

#include "os/sim/presets.h"
#include "tests/pages/walk.h"

namespace Atoll::pages {
namespace {

namespace presets = os::sim::presets;
using os::sim::Answer;
using port::Goarch;
using port::Goos;
using port::Release;
using port::spec;
using Lines = std::vector<std::string>;

constexpr Address kFirst{0xc0'0000'0000};

std::string message(const Growth& growth) { return std::string(explain(growth).view()); }

TEST(HintWalk, AFreshHeapTakesTheFirstHintAndGrowsBehindIt) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  EXPECT_EQ(walk.calls(), Lines{}) << "nothing is reserved before it is needed";
  EXPECT_EQ(walk.arenas.hints().size(), 128U);

  const Growth first = walk.arenas.grow(1);
  ASSERT_TRUE(first.ok()) << message(first);
  EXPECT_EQ(first.region, (Range{kFirst, 64 * kMiB}));
  const Growth second = walk.arenas.grow(64 * kMiB + 1);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second.region, (Range{kFirst + 64 * kMiB, 128 * kMiB}));
  EXPECT_EQ(walk.arenas.hints().size(), 128U);
  EXPECT_EQ(walk.calls(), (Lines{"reserve(0xc000000000, 64 MiB) -> 0xc000000000",
                                 "map(0xc000000000, 64 MiB) -> ok",
                                 "reserve(0xc004000000, 128 MiB) -> 0xc004000000",
                                 "map(0xc004000000, 128 MiB) -> ok"}));
}

TEST(HintWalk, From117TheCallerMaps) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_17, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  ASSERT_TRUE(walk.arenas.grow(1).ok());
  EXPECT_EQ(walk.calls(), Lines{"reserve(0xc000000000, 64 MiB) -> 0xc000000000"});
}

TEST(HintWalk, AnOccupiedHintIsDroppedForGood) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  const Range foreign{kFirst + 32 * kMiB, 4096};
  ASSERT_TRUE(walk.sim.add_obstacle(foreign));
  const Growth first = walk.arenas.grow(1);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first.region.base, Address(0x1c0'0000'0000));
  ASSERT_EQ(walk.trials.size(), 2U);
  EXPECT_EQ(walk.trials[0].outcome, HintOutcome::kMoved);
  EXPECT_EQ(walk.trials[1].outcome, HintOutcome::kTaken);

  ASSERT_TRUE(walk.sim.remove_obstacle(foreign));
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x1c0'0000'0000) + 64 * kMiB);
  EXPECT_EQ(walk.sim.bytes_held(), 128 * kMiB) << "what lay elsewhere was given back";
}

TEST(HintWalk, AHintOfWhichSomebodyTookTheContinuationIsDropped) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  ASSERT_TRUE(walk.arenas.grow(1).ok());
  ASSERT_TRUE(walk.sim.add_obstacle({kFirst + 64 * kMiB, 4096}));
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x1c0'0000'0000));
}

TEST(HintWalk, WhereHintsAreIgnoredTheSystemChoosesAndTwoNewHintsFollow) {
  for (const os::sim::Config& config : {presets::gvisor_amd64(), presets::moved_hints_amd64()}) {
    SCOPED_TRACE(config.name);
    Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
    walk.arenas.init();
    const Growth first = walk.arenas.grow(1);
    ASSERT_TRUE(first.ok()) << message(first);
    EXPECT_EQ(walk.trials.size(), 128U);
    ASSERT_EQ(walk.arenas.hints().size(), 2U);
    EXPECT_FALSE(walk.arenas.hints()[0].down) << "upwards is tried first";
    EXPECT_EQ(walk.arenas.hints()[0].address, first.region.end());
    EXPECT_TRUE(walk.arenas.hints()[1].down);
    EXPECT_EQ(walk.arenas.hints()[1].address, first.region.base);

    for (int i = 0; i < 10; ++i) {
      const Growth next = walk.arenas.grow(1);
      ASSERT_TRUE(next.ok()) << message(next);
      EXPECT_TRUE(next.region.base.is_aligned(64 * kMiB));
      // If the system happens to choose the lower end, only that hint is left.
      EXPECT_LE(walk.arenas.hints().size(), 2U);
      EXPECT_GE(walk.arenas.hints().size(), 1U);
    }
  }
}

TEST(HintWalk, ADownHintGrowsDownwards) {
  // Everything below 2^47 where a hint lies is taken, but the system honours hints elsewhere.
  os::sim::Config config = presets::linux_amd64();
  const Range wall{Address(0xc0'0000'0000), 0x7fc0'0000'0000 - 0xc0'0000'0000 + 64 * kMiB};
  config.obstacles = {&wall, 1};
  config.origin = Address(0x90'0000'0000);
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  const Growth first = walk.arenas.grow(1);
  ASSERT_TRUE(first.ok()) << message(first);
  ASSERT_TRUE(walk.sim.add_obstacle({first.region.end(), 4096}));
  const Growth below = walk.arenas.grow(1);
  ASSERT_TRUE(below.ok());
  EXPECT_EQ(below.region.end(), first.region.base);
  const Growth further = walk.arenas.grow(1);
  ASSERT_TRUE(further.ok());
  EXPECT_EQ(further.region.end(), below.region.base);
}

TEST(HintWalk, NarrowAddressesTakeArm64sHintAndRefuseAmd64s) {
  {
    Walk walk(presets::linux_arm64_39_bit(), spec(Release::k1_11, Goos::kLinux, Goarch::kArm64));
    walk.arenas.init();
    EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x40'0000'0000));
  }
  Walk walk(presets::linux_arm64_39_bit(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  const Growth growth = walk.arenas.grow(1);
  ASSERT_TRUE(growth.ok()) << message(growth);
  EXPECT_LT(growth.region.last(), Address(std::uint64_t{1} << 39));
  EXPECT_EQ(walk.trials.size(), 128U);
  EXPECT_EQ(walk.sim.bytes_held(), growth.region.size) << "the fallback leaves nothing behind";
}

TEST(HintWalk, RaceStaysInItsWindow) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64, true));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.grow(1).region.base, kFirst);
  // Foreign memory lies between two arenas: the walk goes on in the next part of the window.
  ASSERT_TRUE(walk.sim.add_obstacle({kFirst + 64 * kMiB, 4096}));
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0xc1'0000'0000));
}

TEST(HintWalk, AUsedUpRaceWindowIsNamed) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64, true));
  walk.arenas.init();
  ASSERT_TRUE(walk.sim.add_obstacle({kFirst, 32 * 4 * kGiB}));
  const Growth growth = walk.arenas.grow(1);
  EXPECT_EQ(growth.failure, GrowFailure::kRaceCollisions);
  EXPECT_EQ(message(growth), "too many address space collisions for -race mode");
  EXPECT_EQ(walk.arenas.grow(1).failure, GrowFailure::kRaceCollisions) << "and stays so";
  EXPECT_EQ(walk.sim.bytes_held(), 0U);
}

TEST(HintWalk, AnAnswerAboveTheArenaMapIsRefusedAndNamed) {
  // Release 1.14 on a phone can index 33 bits; the system answers from the top of 36.
  Walk walk(presets::ios_arm64(), spec(Release::k1_14, Goos::kDarwin, Goarch::kArm64));
  walk.arenas.init();
  ASSERT_TRUE(walk.sim.add_obstacle({Address(0x1'3000'0000), 4096}));
  const Growth growth = walk.arenas.grow(1);
  EXPECT_EQ(growth.failure, GrowFailure::kBaseOutside);
  EXPECT_EQ(message(growth),
            "memory reservation exceeds address space limit: memory allocated by OS [0xfb8000000, "
            "0xfc0000000) not in usable address space: base outside usable address space");
  EXPECT_EQ(walk.sim.bytes_held(), 0U) << "it was given back";
  for (std::size_t i = 1; i < 128; ++i) {
    EXPECT_EQ(walk.trials[i].outcome, HintOutcome::kNotAsked) << "beyond 33 bits";
  }
}

TEST(HintWalk, ThePhonesOneUsableHintIsTaken) {
  Walk walk(presets::ios_arm64(), spec(Release::k1_14, Goos::kDarwin, Goarch::kArm64));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x1'3000'0000));
}

// Grows on a system that gives just this answer to every call.
Growth growth_with_answer(Address base, const port::PortSpec& port_spec, std::uint64_t bytes = 1) {
  os::sim::Config config = presets::linux_amd64();
  config.address_bits = 64;
  config.end = Address();
  const Answer fails{Answer::Kind::kFails, {}};
  std::vector<Answer> script(128, fails);
  script.push_back({Answer::Kind::kExactly, base});
  config.reserve_script = script;
  Walk walk(config, port_spec);
  walk.arenas.init();
  const Growth growth = walk.arenas.grow(bytes);
  // The heap can go on: the script is over, and the system answers as usual.
  const Growth next = walk.arenas.grow(1);
  EXPECT_TRUE(next.ok()) << message(next);
  return growth;
}

TEST(HintWalk, BadAnswersOfTheSystemAreNamed) {
  const port::PortSpec amd64 = spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64);
  const port::PortSpec arm64 = spec(Release::k1_11, Goos::kLinux, Goarch::kArm64);
  EXPECT_EQ(growth_with_answer(Address(std::uint64_t{1} << 50), arm64).failure,
            GrowFailure::kBaseOutside);
  EXPECT_EQ(growth_with_answer(Address((std::uint64_t{1} << 48) - 64 * kMiB), arm64).failure,
            GrowFailure::kEndOutside);
  EXPECT_EQ(growth_with_answer(Address(0 - 64 * kMiB), amd64, 64 * kMiB).failure,
            GrowFailure::kRegionWraps);
  const Growth misaligned = growth_with_answer(Address(0x12345), amd64);
  EXPECT_EQ(misaligned.failure, GrowFailure::kMisaligned);
  EXPECT_EQ(message(misaligned),
            "misrounded allocation in sysAlloc: memory allocated by OS at 0x12345");
}

TEST(HintWalk, ASystemWithNothingLeftMeansOutOfMemory) {
  os::sim::Config config = presets::linux_amd64();
  config.address_space_limit = 64 * kMiB;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  ASSERT_TRUE(walk.arenas.grow(1).ok());
  const Growth growth = walk.arenas.grow(1);
  EXPECT_EQ(growth.failure, GrowFailure::kNoMemory);
  EXPECT_EQ(message(growth), "out of memory: no memory");
  walk.sim.config().address_space_limit = 0;
  EXPECT_TRUE(walk.arenas.grow(1).ok()) << "and the heap goes on when there is memory again";
}

// The size is below the limit of the arena map, and above the system's.
constexpr std::uint64_t kTooMuch = std::uint64_t{1} << 47;

TEST(HintWalk, ASizeThatNobodyHasDropsEachHintForGood) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.grow(kTooMuch).failure, GrowFailure::kNoMemory);
  EXPECT_TRUE(walk.arenas.hints().empty());
}

TEST(HintWalk, ASizeThatNobodyHasDropsNoHintWhereTheyAreKept) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64),
            {.keeps_hints = true});
  walk.arenas.init();
  ASSERT_TRUE(walk.arenas.grow(1).ok());
  const std::size_t calls = walk.calls().size();
  for (int i = 0; i < 3; ++i) {
    const Growth growth = walk.arenas.grow(kTooMuch);
    EXPECT_EQ(growth.failure, GrowFailure::kNoMemory);
    EXPECT_EQ(message(growth), "out of memory: no memory");
  }
  EXPECT_EQ(walk.calls().size(), calls + 3)
      << "it passes the end behind every hint: asked anywhere";
  EXPECT_EQ(walk.arenas.hints().size(), 128U);
  EXPECT_EQ(walk.arenas.grow(1).region.base, kFirst + 64 * kMiB);
  EXPECT_EQ(walk.sim.bytes_held(), 128 * kMiB);
}

TEST(HintWalk, HintsAreKeptUntilThereIsAddressSpaceAgain) {
  os::sim::Config config = presets::linux_amd64();
  config.address_space_limit = 64 * kMiB;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64), {.keeps_hints = true});
  walk.arenas.init();
  ASSERT_TRUE(walk.arenas.grow(1).ok());
  const std::size_t calls = walk.calls().size();
  EXPECT_EQ(walk.arenas.grow(1).failure, GrowFailure::kNoMemory);
  EXPECT_EQ(walk.calls().size(), calls + 2) << "at one hint, and anywhere";
  walk.sim.config().address_space_limit = 0;
  EXPECT_EQ(walk.arenas.grow(1).region.base, kFirst + 64 * kMiB);
}

TEST(HintWalk, AnOccupiedHintIsDroppedWhereTheyAreKept) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64),
            {.keeps_hints = true});
  walk.arenas.init();
  ASSERT_TRUE(walk.sim.add_obstacle({kFirst, 4096}));
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x1c0'0000'0000));
  EXPECT_EQ(walk.arenas.hints().size(), 127U);
}

TEST(HintWalk, ARefusedHintIsDroppedWhereTheSystemHasRoomElsewhere) {
  // Windows refuses a hint like this if something lies there.
  os::sim::Config config = presets::linux_amd64();
  const std::array<Answer, 2> script = {
      {{Answer::Kind::kFails, {}}, {Answer::Kind::kExactly, Address(0x7f00'0000'0000)}}};
  config.reserve_script = script;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64), {.keeps_hints = true});
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x1c0'0000'0000));
  EXPECT_EQ(walk.arenas.hints().size(), 127U);
  EXPECT_EQ(walk.sim.bytes_held(), 64 * kMiB) << "what lay elsewhere was given back";
}

TEST(HintWalk, ASizeThatPassesTheArenaMapsEndDropsNoHintWhereTheyAreKept) {
  // The map can index 33 bits: a hint at 4.75 GiB has no place for 4 GiB, and the system has none
  // at all.
  os::sim::Config config = presets::ios_arm64();
  Walk walk(config, spec(Release::k1_14, Goos::kDarwin, Goarch::kArm64), {.keeps_hints = true});
  walk.arenas.init();
  walk.sim.config().address_space_limit = kGiB;
  const std::size_t hints = walk.arenas.hints().size();
  EXPECT_EQ(walk.arenas.grow(4 * kGiB).failure, GrowFailure::kNoMemory);
  EXPECT_EQ(walk.arenas.hints().size(), hints);
  EXPECT_EQ(walk.trials.back().outcome, HintOutcome::kNotAsked);
  EXPECT_EQ(walk.arenas.grow(1).region.base, Address(0x1'3000'0000));
}

TEST(HintWalk, AnAbsurdSizeIsOutOfMemory) {
  Walk walk(presets::linux_amd64(), spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  for (const std::uint64_t bytes :
       {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 48}) {
    EXPECT_EQ(walk.arenas.grow(bytes).failure, GrowFailure::kNoMemory) << bytes;
    walk.arenas.init();
  }
  EXPECT_TRUE(walk.arenas.grow(1).ok());
}

TEST(HintWalk, MemoryThatCannotBeMappedGoesBackAndTheHintStays) {
  os::sim::Config config = presets::linux_amd64();
  config.commit_limit = 1;
  Walk walk(config, spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64));
  walk.arenas.init();
  EXPECT_EQ(walk.arenas.grow(1).failure, GrowFailure::kNoMemory);
  EXPECT_EQ(walk.sim.bytes_held(), 0U);
  walk.sim.config().commit_limit = 0;
  EXPECT_EQ(walk.arenas.grow(1).region.base, kFirst);
}

}  // namespace
}  // namespace Atoll::pages
