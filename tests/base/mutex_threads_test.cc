// A lock among threads. Built only for targets that have them.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "src/base/memory_kind.h"
#include "src/base/mutex.h"
#include "src/base/persistent_alloc.h"

namespace Atoll {
namespace {

constexpr int kThreads = 4;

template <typename Work>
void on_all_threads(Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(MutexThreads, OneAtATime) {
  constexpr int kRounds = 5000;
  os::Os& os = os::native();
  Mutex mutex;
  int count = 0;  // not atomic, so that a race detector sees accesses that the lock does not order
  on_all_threads([&](int) {
    for (int round = 0; round < kRounds; ++round) {
      const LockGuard guard(mutex, os);
      const int before = count;
      if (round % 64 == 0) os.yield();
      count = before + 1;
    }
  });
  EXPECT_EQ(count, kThreads * kRounds);
}

// The holder gives its processor away again and again, so that the others give up looking and
// sleep.
TEST(MutexThreads, NoSleeperIsForgotten) {
  os::Os& os = os::native();
  Mutex mutex;
  int count = 0;
  on_all_threads([&](int) {
    for (int round = 0; round < 50; ++round) {
      mutex.lock(os);
      for (int i = 0; i < 20; ++i) os.yield();
      ++count;
      mutex.unlock(os);
    }
  });
  EXPECT_EQ(count, kThreads * 50);
  EXPECT_TRUE(mutex.try_lock());
}

TEST(MutexThreads, ALockThatIsHeldIsNotHadByTrying) {
  constexpr int kRounds = 2000;
  os::Os& os = os::native();
  Mutex mutex;
  int count = 0;
  std::atomic<int> had{0};
  on_all_threads([&](int i) {
    for (int round = 0; round < kRounds; ++round) {
      if (i == 0) {
        mutex.lock(os);
      } else if (!mutex.try_lock()) {
        continue;
      }
      ++count;
      ++had;
      mutex.unlock(os);
    }
  });
  EXPECT_EQ(count, had);
  EXPECT_GE(count, kRounds);
}

TEST(MutexThreads, RecordsOfSeveralThreadsAreApart) {
  constexpr int kRecords = 300;
  os::Os& os = os::native();
  const Platform platform{os, os.probe(), port::native_spec()};
  MemoryCounters counters;
  PersistentAlloc alloc;
  alloc.init(platform, counters);
  std::atomic<int> failures{0};
  on_all_threads([&](int thread) {
    std::vector<int*> records;
    for (int i = 0; i < kRecords; ++i) {
      const std::uint64_t ints = i % 100 == 0 ? 20000 : 100;
      int* const record = alloc.alloc_array<int>(ints, MemoryKind::kGc);
      if (record == nullptr || record[0] != 0 || record[ints - 1] != 0) {
        ++failures;
        return;
      }
      record[0] = record[ints - 1] = thread + 1;
      records.push_back(record);
    }
    for (const int* const record : records) failures += record[0] == thread + 1 ? 0 : 1;
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(counters.get(MemoryKind::kGc),
            kThreads * (3 * platform.whole_pages(80000) + (kRecords - 3) * 400));
  alloc.release_all();
  EXPECT_EQ(counters.get(MemoryKind::kGc), 0U);
  EXPECT_EQ(counters.get(MemoryKind::kOther), 0U);
}

}  // namespace
}  // namespace Atoll
