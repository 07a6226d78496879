#include "src/pages/reserve_aligned.h"

#include <gtest/gtest.h>

#include "os/sim/presets.h"
#include "os/sim/sim_os.h"

namespace Atoll::pages {
namespace {

namespace presets = os::sim::presets;
constexpr std::uint64_t kAlignment = std::uint64_t{4} << 20;

TEST(ReserveAligned, IsAlignedOnEverySystemAndHoldsJustWhatItReturns) {
  for (const os::sim::Config& config : presets::kAll) {
    SCOPED_TRACE(config.name);
    os::sim::SimOs os(config);
    const os::Machine machine = os.probe();
    for (const Surplus surplus : {Surplus::kKept, Surplus::kGivenBack}) {
      const std::uint64_t held = os.bytes_held();
      const AlignedReservation got =
          reserve_aligned(os, machine, Address(), kAlignment, kAlignment, surplus);
      ASSERT_TRUE(got.ok());
      EXPECT_TRUE(got.range.base.is_aligned(kAlignment));
      EXPECT_GE(got.range.size, kAlignment);
      EXPECT_LE(got.range.size, 2 * kAlignment);
      if (surplus == Surplus::kGivenBack) {
        EXPECT_EQ(got.range.size, kAlignment);
      }
      EXPECT_EQ(os.bytes_held() - held, got.range.size);
    }
    EXPECT_EQ(os.misuses(), 0U);
  }
}

TEST(ReserveAligned, AnAlignedAnswerIsKeptWhole) {
  os::sim::SimOs os(presets::linux_amd64());
  const AlignedReservation got =
      reserve_aligned(os, os.probe(), Address(0x5000'0000), kAlignment, kAlignment);
  EXPECT_EQ(got.range, (Range{Address(0x5000'0000), 2 * kAlignment}));
}

TEST(ReserveAligned, WithoutRoomNothingStaysReserved) {
  for (const os::sim::Config& config : presets::kAll) {
    SCOPED_TRACE(config.name);
    os::sim::Config small = config;
    small.address_space_limit = kAlignment;
    os::sim::SimOs os(small);
    const AlignedReservation got =
        reserve_aligned(os, os.probe(), Address(), kAlignment, kAlignment);
    EXPECT_FALSE(got.ok());
    EXPECT_TRUE(got.range.is_empty());
    EXPECT_EQ(os.bytes_held(), 0U);
  }
}

TEST(ReserveAligned, ASizeThatWrapsFails) {
  os::sim::SimOs os(presets::linux_amd64());
  const AlignedReservation got =
      reserve_aligned(os, os.probe(), Address(), 0 - kAlignment, kAlignment);
  EXPECT_EQ(got.status.failure, os::Failure::kNoMemory);
}

TEST(ReserveAligned, EveryCallMayFail) {
  for (const os::sim::Config& config : presets::kAll) {
    for (std::uint64_t k = 1; k <= 3; ++k) {
      SCOPED_TRACE(std::string(config.name) + ", call " + std::to_string(k));
      os::sim::Config failing = config;
      failing.failing_call = k;
      os::sim::SimOs os(failing);
      const AlignedReservation got =
          reserve_aligned(os, os.probe(), Address(0x1'0000), kAlignment, kAlignment);
      EXPECT_EQ(os.bytes_held(), got.range.size);
    }
  }
}

// Another thread always takes the place between the release and the second reservation.
TEST(ReserveAligned, GivesUpWhereSomebodyElseIsAlwaysFaster) {
  std::vector<os::sim::Answer> script;
  for (int i = 0; i < 100; ++i) {
    script.push_back({os::sim::Answer::Kind::kOrdinary, {}});
    script.push_back({os::sim::Answer::Kind::kExactly, Address(0x6000'0000)});
  }
  os::sim::Config config = presets::windows_amd64();
  config.reserve_script = script;
  os::sim::SimOs os(config);
  const AlignedReservation got = reserve_aligned(os, os.probe(), Address(), kAlignment, kAlignment);
  EXPECT_FALSE(got.ok());
  EXPECT_EQ(os.bytes_held(), 0U);
}

}  // namespace
}  // namespace Atoll::pages
