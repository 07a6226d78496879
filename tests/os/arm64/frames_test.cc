#include "os/arm64/frames.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/os/arm64/ram.h"

namespace Atoll::os::arm64 {
namespace {

TEST(FramesTest, HandsOutEveryFrameOnceAndZeroed) {
  for (const std::uint64_t size : {2U, 3U, 32U, 33U, 34U, 65U, 200U}) {
    const Ram ram(size);
    Frames frames;
    frames.init(ram.range());
    EXPECT_EQ(frames.available(), size - 1) << "one frame holds the bitmap";
    std::set<Address> taken;
    for (std::uint64_t i = 1; i < size; ++i) {
      const Address frame = frames.take();
      ASSERT_TRUE(ram.range().contains(Range{frame, kPage}));
      ASSERT_TRUE(frame.is_aligned(kPage));
      ASSERT_TRUE(is_filled_with(frame, 0));
      ASSERT_TRUE(taken.insert(frame).second) << "handed out twice";
      fill(frame, 0xff);
    }
    EXPECT_EQ(frames.available(), 0U);
    EXPECT_TRUE(frames.take().is_null());
    EXPECT_EQ(frames.available(), 0U);
  }
}

// The code touches only the frames that it hands out, so the others need not exist.
TEST(FramesTest, ABitmapOfManyFramesTakesMoreThanOne) {
  constexpr std::uint64_t kFramesOfOneBitmap = kPage * 8;
  const Ram ram(3);
  Frames frames;
  frames.init({ram.range().base, (kFramesOfOneBitmap + 1) * kPage});
  EXPECT_EQ(frames.available(), kFramesOfOneBitmap - 1);
  EXPECT_EQ(frames.take(), ram.range().base + 2 * kPage);
}

TEST(FramesTest, RefusesWhatWasNotHandedOut) {
  const Ram ram(40);
  Frames frames;
  frames.init(ram.range());
  const Address frame = frames.take();
  EXPECT_FALSE(frames.give(frame + kPage)) << "free";
  EXPECT_FALSE(frames.give(frame + 1)) << "not a frame's beginning";
  EXPECT_FALSE(frames.give(ram.range().base)) << "the bitmap";
  EXPECT_FALSE(frames.give(ram.range().end()));
  EXPECT_FALSE(frames.give(Address()));
  EXPECT_EQ(frames.available(), 38U);
  EXPECT_TRUE(frames.give(frame));
  EXPECT_FALSE(frames.give(frame)) << "given twice";
  EXPECT_EQ(frames.available(), 39U);
}

TEST(FramesTest, TheLowestFreeFrameIsNextWhateverCameBackInWhichOrder) {
  std::mt19937 random(1);
  const Ram ram(150);
  Frames frames;
  frames.init(ram.range());
  std::set<Address> free;
  std::set<Address> taken;
  for (std::uint64_t i = 1; i < 150; ++i) free.insert(ram.range().base + i * kPage);
  for (int step = 0; step < 20'000; ++step) {
    const bool is_filling = (step / 300) % 2 == 0;
    if (random() % 3 != 0 ? is_filling : !is_filling) {
      const Address frame = frames.take();
      ASSERT_EQ(frame, free.empty() ? Address() : *free.begin());
      if (free.empty()) continue;
      ASSERT_TRUE(is_filled_with(frame, 0));
      fill(frame, 0x5a);
      free.erase(frame);
      taken.insert(frame);
    } else if (!taken.empty()) {
      const auto it = std::next(taken.begin(), static_cast<long>(random() % taken.size()));
      ASSERT_TRUE(frames.give(*it));
      free.insert(*it);
      taken.erase(it);
    }
    ASSERT_EQ(frames.available(), free.size());
  }
}

}  // namespace
}  // namespace Atoll::os::arm64
