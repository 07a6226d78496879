// Threads that sleep: what they keep, and what other threads and a trim get of it. Built only for
// targets that have threads.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "src/policy.h"
#include "tests/heap/threads.h"

namespace Atoll::test {
namespace {

// A sleeping thread keeps its spans. It finds what others freed in them when it wakes up. That is
// not much: the thread keeps no more than some MiB of a size from all others.
TEST_F(Threads, FindWhatOthersFreedWhileTheySlept) {
  constexpr std::size_t kSize = 64;
  constexpr std::size_t kSpan = 8192 / kSize;
  for (const std::size_t count : {100 * kSpan, 1500 * kSpan}) {
    std::vector<void*> live(count);
    for (void*& p : live) p = heap_.allocate(kSize);
    const std::uint64_t before = heap_.statistics().heap_in_use;
    // In some of the spans their own thread frees a few objects first.
    for (std::size_t i = 0; i < count / 10; i += kSpan / 4) {
      heap_.free(std::exchange(live[i], nullptr));
    }
    run_threads(1, [&](unsigned) {
      for (void* const p : live) heap_.free(p);
    });
    EXPECT_EQ(objects(), 0U);
    EXPECT_LE(heap_.statistics().heap_in_use, std::uint64_t{6} << 20);
    for (void*& p : live) p = heap_.allocate(kSize);
    EXPECT_LE(heap_.statistics().heap_in_use, before + (64 << 10));
    EXPECT_EQ(text(heap_.check()), "");
    for (void* const p : live) heap_.free(p);
    expect_empty();
  }
}

struct Sleepers : Threads {
  Sleepers() : Threads(options()) {}

  static constexpr std::uint64_t kMiB = 1 << 20;
  static constexpr unsigned kCrowd = 33;  // enough for classes to be on trial
  static HeapOptions options() {
    HeapOptions options;
    options.objects.most_stocked = 512 << 10;
    options.objects.most_listed = 0;
    return options;
  }

  std::uint64_t in_use() { return heap_.statistics().heap_in_use; }
  std::vector<void*> allocate(std::size_t bytes, std::size_t size) {
    std::vector<void*> all(bytes / size);
    for (void*& p : all) {
      p = heap_.allocate(size);
      std::memset(p, 1, size);
    }
    return all;
  }
  void free(const std::vector<void*>& all) {
    for (void* const p : all) heap_.free(p);
  }
};

TEST_F(Sleepers, AreGivenNothingBackThatATrimCanReach) {
  constexpr unsigned kThreads = 4;
  constexpr std::size_t kEach = 3 * kMiB;
  constexpr std::array<std::size_t, 4> kSizes = {32, 256, 1024, 8192};
  Meeting meeting(kThreads + 1);
  std::array<std::vector<void*>, kThreads> live;
  const auto owner = [&](unsigned i) {
    live[i] = allocate(kEach, kSizes[i]);
    meeting.meet();
    meeting.meet();
    // Other threads hold its spans by now. The objects left on its lists are still valid.
    const std::vector<void*> again = allocate(kEach, kSizes[i]);
    free(again);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(owner, i);
  meeting.meet();
  EXPECT_GE(in_use(), kThreads * kEach);
  for (const std::vector<void*>& all : live) free(all);
  EXPECT_GE(in_use(), kThreads * kEach / 2) << "freed, but where its holders find it";
  EXPECT_NE(heap_.trim(), 0U);
  EXPECT_EQ(objects(), 0U);
  EXPECT_LE(in_use(), kThreads * 4 * std::uint64_t{8192});
  EXPECT_EQ(text(heap_.check()), "");
  meeting.meet();
  for (std::thread& thread : threads) thread.join();
  expect_empty();
}

TEST_F(Sleepers, AreLeftNoStock) {
  Crowd other(1, [&](unsigned) { free(allocate(256 << 10, 64)); });
  EXPECT_GE(in_use(), std::uint64_t{150} << 10);
  (void)heap_.trim();
  EXPECT_LE(in_use(), std::uint64_t{64} << 10) << "some hundred objects on its list";
  EXPECT_EQ(text(heap_.check()), "");
  other.wake();
  expect_empty();
}

// Each thread keeps its share of large objects.
TEST_F(Sleepers, AreLeftNoLargeObjects) {
  options_.objects.most_large_cached = 16 * kMiB;
  enum class By : std::uint8_t { kTrim, kManyAsks, kLongAsks };
  for (const By by : {By::kTrim, By::kManyAsks, By::kLongAsks}) {
    start_again();
    // The thread that runs the test has a cache, too.
    heap_.free(heap_.allocate(64));
    Crowd other(1, [&](unsigned) {
      heap_.free(heap_.allocate(2 * kMiB));
      heap_.free(heap_.allocate(7 * kMiB));
    });
    EXPECT_GE(in_use(), 7 * kMiB);
    EXPECT_EQ(objects(), 0U);
    std::vector<void*> own;
    std::size_t own_bytes = 0;
    if (by == By::kTrim) {
      EXPECT_GE(heap_.trim(), 7 * kMiB);
    } else if (by == By::kManyAsks) {
      own_bytes = (policy::kAsksPerGiveBack + 1) * 8192;
      own = allocate(own_bytes, 8192);
    } else {
      own_bytes = policy::kAskedPerGiveBack + 4 * kMiB;
      own = allocate(own_bytes, 4 * kMiB);
    }
    EXPECT_LE(in_use(), own_bytes + kMiB);
    EXPECT_EQ(text(heap_.check()), "");
    other.wake();
    free(own);
    expect_empty();
  }
}

// A thread that frees what others allocate has no use for it.
TEST_F(Sleepers, KeepNoLargeObjectsOfOthersAlone) {
  options_.objects.most_large_cached = 16 * kMiB;
  start_again();
  std::array<void*, 2> live = {heap_.allocate(2 * kMiB), heap_.allocate(3 * kMiB)};
  Crowd other(1, [&](unsigned) {
    for (void* const p : live) heap_.free(p);
  });
  EXPECT_EQ(in_use(), 0U);
  other.wake();
  expect_empty();
}

// A thread that sleeps keeps what was its share when there were fewer.
TEST_F(Sleepers, KeepNoMoreLargeObjectsThanTwiceTheBoundTogether) {
  // All caches are emptied when the 3rd, 7th, 15th and 31st comes: some come after that.
  constexpr unsigned kThreads = kIsEmulated ? 14 : 40;
  options_.objects.most_large_cached = 16 * kMiB;
  start_again();
  for (unsigned count = 0; count < 2; ++count) {
    heap_.free(heap_.allocate(10 * kMiB));
    std::vector<std::unique_ptr<Crowd>> crowds;
    for (unsigned i = 1; i < kThreads; ++i) {
      // The share of a thread that comes when there are so many.
      const auto share = static_cast<std::size_t>(options_.objects.most_large_cached / (i + 1));
      crowds.push_back(std::make_unique<Crowd>(1, [&, share](unsigned) {
        std::array<void*, 2> live = {heap_.allocate(share / 16 * 9),
                                     heap_.allocate(share / 16 * 6)};
        for (void* const p : live) heap_.free(p);
      }));
      EXPECT_LE(in_use(), 2 * options_.objects.most_large_cached) << i + 1;
    }
    EXPECT_GE(in_use(), options_.objects.most_large_cached / 4);
  }
  expect_empty();
}

// One thread takes and frees large objects while others look for what it keeps.
TEST_F(Sleepers, KeepLargeObjectsThatOthersGiveBack) {
  options_.objects.most_large_cached = 64 * kMiB;
  start_again();
  std::atomic<bool> is_done{false};
  std::thread other([&] {
    while (!is_done) (void)heap_.trim();
  });
  Random random(request_seed());
  std::array<Piece, 4> live;
  for (std::uint64_t i = 0; i < 2000 * kScale; ++i) {
    Piece& piece = live[static_cast<std::size_t>(random.below(live.size()))];
    if (piece.bytes != nullptr) {
      // The ends of a block tell whether somebody else has it.
      ASSERT_EQ(piece.bytes[0], static_cast<std::byte>(piece.pattern));
      ASSERT_EQ(piece.bytes[piece.size - 1], static_cast<std::byte>(piece.pattern));
      heap_.free(piece.bytes);
    }
    piece.size = std::size_t{64 << 10} << static_cast<unsigned>(random.below(3));
    piece.pattern = i;
    piece.bytes = static_cast<std::byte*>(heap_.allocate(piece.size));
    piece.bytes[0] = static_cast<std::byte>(i);
    piece.bytes[piece.size - 1] = static_cast<std::byte>(i);
  }
  is_done = true;
  other.join();
  for (const Piece& piece : live) heap_.free(piece.bytes);
  const Statistics s = heap_.statistics();
  EXPECT_EQ(s.large_mallocs, s.large_frees);
  expect_empty();
}

// The more threads there are, the less each keeps.
TEST_F(Sleepers, KeepLessWhereThereAreMany) {
  constexpr unsigned kThreads = kIsEmulated ? 40 : 160;
  Crowd crowd(kThreads, [&](unsigned) {
    for (const std::size_t size : {64U, 512U, 2048U, 16384U}) free(allocate(kMiB, size));
  });
  // What 16 threads may keep, and half as much again for each doubling: four lists of 32 KiB, four
  // spans of up to 16 KiB, a stock, and more objects on a list of large ones.
  const std::uint64_t of_one = (options_.objects.most_stocked + 4 * (48 << 10) + kMiB);
  const unsigned doublings = kIsEmulated ? 2 : 4;
  EXPECT_LE(in_use(), 16 * of_one * (2 + doublings) / 2 + kThreads * std::uint64_t{64 << 10});
  EXPECT_EQ(text(heap_.check()), "");
  crowd.wake();
  expect_empty();
}

// A thread has no spans of its own of classes that it has hardly used, and its lists keep hardly
// anything that a trim cannot reach.
TEST_F(Sleepers, ShareSpansOfWhatTheyHardlyUseWhereThereAreMany) {
  constexpr unsigned kThreads = 4;
  constexpr std::size_t kEach = 8;  // objects of each size
  constexpr std::size_t kStep = 128;
  constexpr std::size_t kLargest = 2048;
  constexpr std::size_t kMostSpan = 16 << 10;  // of these classes
  Crowd crowd(kCrowd, [&](unsigned) { heap_.free(heap_.allocate(64)); });
  (void)heap_.trim();
  const std::uint64_t before = in_use();
  Meeting meeting(kThreads + 1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      std::vector<std::vector<void*>> live;
      for (std::size_t size = kStep; size <= kLargest; size += kStep) {
        live.push_back(allocate(kEach * size, size));
      }
      meeting.meet();
      meeting.meet();
      for (const std::vector<void*>& all : live) free(all);
      meeting.meet();
      meeting.meet();
    });
  }
  meeting.meet();
  std::size_t bytes = 0;
  for (std::size_t size = kStep; size <= kLargest; size += kStep) {
    bytes += kThreads * kEach * size * 9 / 8;  // classes may be larger
  }
  EXPECT_LE(in_use(), before + bytes + kLargest / kStep * kMostSpan) << "one that is not full";
  meeting.meet();
  meeting.meet();
  (void)heap_.trim();
  const std::size_t listed = policy::kOnTrial.bytes / kStep;  // classes
  EXPECT_LE(in_use(), before + listed * kMostSpan) << "one object of small ones each";
  EXPECT_EQ(text(heap_.check()), "");
  meeting.meet();
  for (std::thread& thread : threads) thread.join();
  crowd.wake();
  expect_empty();
}

// Frees may make a thread hold spans of a class of which it has hardly used any objects.
TEST_F(Sleepers, TakeWhatTheyFreedWhereThereAreMany) {
  constexpr std::size_t kSize = 1024;
  constexpr std::size_t kInSpan = 8;
  std::vector<void*> made;
  std::thread([&] { made = allocate(kInSpan * kInSpan * kSize, kSize); }).join();
  Crowd crowd(kCrowd, [&](unsigned) { heap_.free(heap_.allocate(64)); });
  const std::uint64_t before = in_use();
  std::thread([&] {
    for (std::size_t i = 0; i < made.size(); i += kInSpan) heap_.free(made[i]);
    for (std::size_t i = 0; i < made.size(); i += kInSpan) made[i] = heap_.allocate(kSize);
    EXPECT_EQ(in_use(), before);
  }).join();
  EXPECT_EQ(text(heap_.check()), "");
  free(made);
  crowd.wake();
  expect_empty();
}

TEST_F(Sleepers, MayBeTrimmedAtAnyTime) {
  std::atomic<unsigned> working{3};
  Mailbox<Piece> box;
  run_threads(4, [&](unsigned i) {
    Random random(i);
    while (i == 3 && working != 0) (void)heap_.trim();
    if (i == 3) return;
    for (std::uint64_t n = 0; n < 1000 * kScale; ++n) {
      box.put(make(random));
      if (const auto piece = box.take()) check_and_free(*piece);
    }
    --working;
  });
  while (const auto piece = box.take()) check_and_free(*piece);
  expect_empty();
}

}  // namespace
}  // namespace Atoll::test
