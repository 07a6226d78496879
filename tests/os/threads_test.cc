// What the contract says of threads, with several: parking, waking and the end of a thread. Built
// only for targets that have threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "os/os.h"

namespace Atoll::os::test {
namespace {

TEST(Threads, AreThere) { EXPECT_TRUE(native().probe().has_threads); }

TEST(Threads, UnparkWakesAParkedThread) {
  Os& os = native();
  std::atomic<std::uint32_t> word{0};
  std::atomic<bool> woken{false};
  std::thread sleeper([&] {
    while (word.load(std::memory_order_acquire) == 0) os.park(word, 0);
    woken = true;
  });
  for (int i = 0; i < 100; ++i) os.yield();
  EXPECT_FALSE(woken) << "nobody changed the word";
  word.store(1, std::memory_order_release);
  os.unpark(word, 1);
  sleeper.join();
  EXPECT_TRUE(woken);
}

TEST(Threads, UnparkWithoutSleepersIsNotRemembered) {
  Os& os = native();
  std::atomic<std::uint32_t> word{0};
  os.unpark(word, 1);
  std::thread sleeper([&] {
    while (word.load(std::memory_order_acquire) == 0) os.park(word, 0);
  });
  word.store(1, std::memory_order_release);
  os.unpark(word, 1);
  sleeper.join();
}

TEST(Threads, UnparkOfAllWakesEverybody) {
  Os& os = native();
  constexpr int kSleepers = 4;
  std::atomic<std::uint32_t> word{0};
  std::atomic<int> woken{0};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < kSleepers; ++i) {
    sleepers.emplace_back([&] {
      while (word.load(std::memory_order_acquire) == 0) os.park(word, 0);
      ++woken;
    });
  }
  word.store(1, std::memory_order_release);
  os.unpark(word, 0xffff'ffff);
  for (std::thread& sleeper : sleepers) sleeper.join();
  EXPECT_EQ(woken, kSleepers);
}

// No wake-up is lost when two threads wait for each other in turn.
TEST(Threads, TwoThreadsTakeTurns) {
  Os& os = native();
  constexpr std::uint32_t kTurns = 200;
  std::atomic<std::uint32_t> turn{0};
  const auto play = [&](std::uint32_t parity) {
    for (;;) {
      const std::uint32_t now = turn.load(std::memory_order_acquire);
      if (now >= kTurns) return;
      if (now % 2 != parity) {
        os.park(turn, now);
        continue;
      }
      turn.store(now + 1, std::memory_order_release);
      os.unpark(turn, 1);
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(turn.load(), kTurns);
}

// One function per process: the argument says what it does.
struct Exit {
  std::atomic<int> calls{0};
  std::atomic<bool> on_own_thread{true};
  std::thread::id thread;
};

void note_exit(void* argument) {
  Exit& exit = *static_cast<Exit*>(argument);
  ++exit.calls;
  exit.on_own_thread = exit.thread == std::this_thread::get_id();
}

TEST(Threads, ExitFunctionRunsOnceOnItsThread) {
  constexpr int kThreads = 4;
  Exit exits[kThreads];
  std::vector<std::thread> threads;
  for (Exit& exit : exits) {
    threads.emplace_back([&exit] {
      exit.thread = std::this_thread::get_id();
      EXPECT_TRUE(native().at_thread_exit(note_exit, &exit));
      EXPECT_EQ(exit.calls, 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Exit& exit : exits) {
    EXPECT_EQ(exit.calls, 1);
    EXPECT_TRUE(exit.on_own_thread);
  }
}

TEST(Threads, LaterExitArgumentReplacesTheFirst) {
  Exit first;
  Exit second;
  std::thread thread([&] {
    second.thread = std::this_thread::get_id();
    EXPECT_TRUE(native().at_thread_exit(note_exit, &first));
    EXPECT_TRUE(native().at_thread_exit(note_exit, &second));
  });
  thread.join();
  EXPECT_EQ(first.calls, 0);
  EXPECT_EQ(second.calls, 1);
}

TEST(Threads, NullExitArgumentMeansNoCall) {
  Exit exit;
  std::thread thread([&] {
    EXPECT_TRUE(native().at_thread_exit(note_exit, &exit));
    EXPECT_TRUE(native().at_thread_exit(note_exit, nullptr));
  });
  thread.join();
  EXPECT_EQ(exit.calls, 0);
}

// Every call may be made from any thread at any time.
TEST(Threads, MemoryCallsFromSeveralThreads) {
  Os& os = native();
  const Machine machine = os.probe();
  const std::uint64_t size = 4 * machine.granularity;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        const Allocation a = os.reserve(Address(), size);
        bool fine = a.ok() && os.map(a.base, size).ok() && os.used(a.base, size).ok();
        if (fine) {
          auto* const word = static_cast<volatile int*>(a.base.pointer());
          fine = *word == 0;
          *word = i + 1;
          os.yield();
          fine = fine && *word == i + 1;
        }
        fine = fine && os.unused(a.base, size).ok() && os.free(a.base, size).ok();
        if (!fine) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace Atoll::os::test
