// The contract's rules for threads, with several threads: parking, waking and the end of one. Built
// only for targets that have threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "os/os.h"
#include "os/thread_local.h"

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

// There is one function per process, and the argument tells it what to do.
struct Exit {
  std::atomic<int> calls{0};
  std::atomic<bool> on_own_thread{true};
  std::thread::id thread;
  void (*action)(Exit& exit) = nullptr;
  std::atomic<std::uint32_t> word{0};
};

void note_exit(void* argument) {
  Exit& exit = *static_cast<Exit*>(argument);
  ++exit.calls;
  exit.on_own_thread = exit.thread == std::this_thread::get_id();
  if (exit.action != nullptr) exit.action(exit);
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

constinit ATOLL_THREAD_LOCAL std::uint32_t own_word = 7;

TEST(Threads, StorageIsThereInTheExitFunction) {
  constexpr std::uint32_t kThreads = 4;
  Exit exits[kThreads];
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    exits[i].action = [](Exit& exit) { exit.word = of_this_thread(own_word); };
    threads.emplace_back([&exits, i] {
      EXPECT_EQ(of_this_thread(own_word), 7U);
      of_this_thread(own_word) = 100 + i;
      EXPECT_TRUE(native().at_thread_exit(note_exit, &exits[i]));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint32_t i = 0; i < kThreads; ++i) EXPECT_EQ(exits[i].word, 100 + i);
  EXPECT_EQ(of_this_thread(own_word), 7U);
}

// The exit function is like one that takes a lock which another thread holds.
TEST(Threads, AnExitFunctionMayWaitForThreadsThatParkAndUnpark) {
  Os& os = native();
  Exit exit;
  exit.action = [](Exit& waiting) {
    waiting.word = 1;
    native().unpark(waiting.word, 1);
    while (waiting.word.load(std::memory_order_acquire) != 2) native().park(waiting.word, 1);
  };
  std::thread ending([&] { EXPECT_TRUE(os.at_thread_exit(note_exit, &exit)); });
  while (exit.word.load(std::memory_order_acquire) == 0) os.park(exit.word, 0);
  std::atomic<std::uint32_t> turn{0};
  std::thread other([&] {
    while (turn.load(std::memory_order_acquire) == 0) os.park(turn, 0);
  });
  turn = 1;
  os.unpark(turn, 1);
  exit.word = 2;
  os.unpark(exit.word, 1);
  ending.join();
  other.join();
}

// Any thread may make any call at any time.
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
