// The console, time and random numbers, and threads as far as one thread can tell. Tests that need
// several threads are in threads_test.cc.
#include <atomic>

#include "tests/os/conformance.h"

namespace Atoll::os::test {

TEST_P(Conformance, WritingNothingIsFine) {
  os.write("");
  os.write({});
}

TEST_P(Conformance, TheClockNeverGoesBack) {
  std::uint64_t before = os.monotonic_nanoseconds();
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t now = os.monotonic_nanoseconds();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST_P(Conformance, TheClockRuns) {
  const std::uint64_t start = os.monotonic_nanoseconds();
  bool ran = false;
  for (int i = 0; i < 100'000'000 && !ran; ++i) ran = os.monotonic_nanoseconds() != start;
  EXPECT_TRUE(ran);
}

TEST_P(Conformance, SeedsCanBeHadRepeatedly) {
  std::uint64_t all = 0;
  for (int i = 0; i < 8; ++i) all |= os.random_seed();
  EXPECT_NE(all, 0u);
}

TEST_P(Conformance, ParkReturnsIfTheWordHasChanged) {
  std::atomic<std::uint32_t> word{1};
  os.park(word, 0);
  os.unpark(word, 0);
  os.unpark(word, 1);
  os.unpark(word, 0xffff'ffff);
  // With threads, this would never return.
  if (!machine.has_threads) os.park(word, 1);
  EXPECT_EQ(word.load(), 1u);
}

TEST_P(Conformance, AProcessThatRunsIsNotEnding) { EXPECT_FALSE(os.is_ending()); }

TEST_P(Conformance, YieldReturns) { os.yield(); }

TEST_P(Conformance, ThreadExitCannotBeHadWithoutThreads) {
  static int argument = 0;
  const bool had = os.at_thread_exit([](void*) {}, machine.has_threads ? nullptr : &argument);
  EXPECT_EQ(had, machine.has_threads);
}

TEST(NativeDeathTest, AbortEndsTheProgram) { EXPECT_DEATH_IF_SUPPORTED(native().abort(), ""); }

}  // namespace Atoll::os::test
