// Several threads in one heap. Built only for targets that have threads.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "src/heap/fast_path.h"
#include "src/policy.h"
#include "tests/heap/fixture.h"
#include "tests/heap/model.h"
#include "tests/heap/pattern.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kScale = kIsEmulated ? 1 : 10;

struct Piece {
  std::byte* bytes = nullptr;
  std::size_t size = 0;
  std::uint64_t pattern = 0;
};

// Where threads leave things for each other.
template <typename T>
class Mailbox {
 public:
  void put(const T& item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(item);
  }
  std::optional<T> take() {
    const std::scoped_lock lock(mutex_);
    if (items_.empty()) return std::nullopt;
    const T item = items_.front();
    items_.pop_front();
    return item;
  }

 private:
  std::mutex mutex_;
  std::deque<T> items_;
};

class Threads : public HeapTest {
 protected:
  explicit Threads(HeapOptions options = {}) : HeapTest(options) {}

  Piece make(Random& random) {
    const auto size = static_cast<std::size_t>(random.log_uniform(random.one_in(50) ? 17 : 11) + 1);
    const Scan scan = random.one_in(2) ? Scan::kScan : Scan::kNoscan;
    const Piece piece{static_cast<std::byte*>(heap_.allocate(size, scan)), size, random.next()};
    EXPECT_NE(piece.bytes, nullptr);
    fill(piece.bytes, size, piece.pattern);
    return piece;
  }
  void check_and_free(const Piece& piece) {
    EXPECT_EQ(first_change(piece.bytes, piece.size, piece.size, piece.pattern), piece.size);
    heap_.free(piece.bytes);
  }

  // Call it when all other threads have ended.
  void expect_empty() {
    heap_.flush_thread();
    const Statistics s = heap_.statistics();
    EXPECT_EQ(s.heap_objects, 0U);
    EXPECT_EQ(s.heap_cached, 0U);
    EXPECT_EQ(s.heap_in_use, 0U);
    EXPECT_EQ(s.mcache_in_use, 0U);
    EXPECT_EQ(check_identities(s), "");
    EXPECT_EQ(text(heap_.check()), "");
  }

  template <typename Work>
  static void run_threads(unsigned count, Work work) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(Threads, FreeWhatOthersMade) {
  std::array<Mailbox<Piece>, 2> boxes;
  std::array<std::atomic<bool>, 2> is_done{};
  run_threads(2, [&](unsigned i) {
    Random random(i);
    for (std::uint64_t n = 0; n < 2000 * kScale; ++n) {
      boxes[i].put(make(random));
      if (const auto piece = boxes[1 - i].take()) check_and_free(*piece);
    }
    is_done[i] = true;
    // Goes on until the other thread makes no more.
    for (;;) {
      const bool is_last = is_done[1 - i];
      if (const auto piece = boxes[1 - i].take()) {
        check_and_free(*piece);
      } else if (is_last) {
        break;
      } else {
        std::this_thread::yield();
      }
    }
  });
  expect_empty();
}

TEST_F(Threads, MakeAndOthersOnlyFree) {
  Mailbox<Piece> box;
  std::atomic<unsigned> producers{3};
  run_threads(5, [&](unsigned i) {
    Random random(i);
    if (i < 3) {
      for (std::uint64_t n = 0; n < 1000 * kScale; ++n) box.put(make(random));
      --producers;
      return;
    }
    for (;;) {
      const bool is_last = producers == 0;
      if (const auto piece = box.take()) {
        check_and_free(*piece);
      } else if (is_last) {
        return;
      } else {
        std::this_thread::yield();
      }
    }
  });
  expect_empty();
}

class InAGrowingWindow : public Threads {
 protected:
  InAGrowingWindow() : Threads(options()) {}

  static HeapOptions options() {
    HeapOptions options;
    options.objects.tiny = false;
    options.is_process_heap = true;
    options.pages.is_sparing = true;
    options.pages.record_window = std::uint64_t{64} << 30;
    return options;
  }
  // Whether this thread's window has the object.
  static bool sees(const void* p) {
    return FastPath::list_in_window(*thread_caches()[kProcessHeapSlot], p) != pages::WhoseList();
  }
};

// The heap grows behind the end of the window while a thread only frees. The thread takes the slow
// path until it knows the larger window.
TEST_F(InAGrowingWindow, ThreadsThatOnlyFreeLearnOfTheLargerOne) {
  if (!heap_.platform().machine.lazy_commit) GTEST_SKIP() << "no window is made here";
  void* const early = heap_.allocate(100);
  ASSERT_TRUE(sees(early));
  std::atomic<int> step{0};
  const auto wait_for = [&step](int wanted) {
    while (step != wanted) std::this_thread::yield();
  };
  std::array<void*, 2> late{};
  std::thread thread([&] {
    heap_.free(heap_.allocate(100));
    EXPECT_TRUE(sees(early));
    step = 1;
    wait_for(2);
    EXPECT_FALSE(sees(late[0]));
    heap_.free(late[0]);
    EXPECT_TRUE(sees(late[1]));
    EXPECT_TRUE(sees(early));
    heap_.free(late[1]);
    heap_.free(early);
    step = 3;
  });
  wait_for(1);
  // Nobody touches this object.
  void* const large = heap_.allocate(static_cast<std::size_t>(
      policy::kFirstWindowArenas * heap_.platform().spec.heap_arena_bytes));
  ASSERT_NE(large, nullptr);
  // Comes from a span that no thread had before.
  for (void*& p : late) p = heap_.allocate(20'000);
  step = 2;
  thread.join();
  heap_.free(large);
  EXPECT_EQ(text(heap_.check()), "");
  expect_empty();
}

TEST_F(Threads, LeaveTheirObjectsToOthersWhenTheyEnd) {
  std::array<std::vector<Piece>, 8> left;
  run_threads(8, [&](unsigned i) {
    Random random(i);
    for (std::uint64_t n = 0; n < 100 * kScale; ++n) left[i].push_back(make(random));
  });
  std::uint64_t count = 0;
  for (const auto& pieces : left) count += pieces.size();
  EXPECT_LE(heap_.statistics().heap_objects, count);
  EXPECT_GT(heap_.statistics().heap_objects, count / 2) << "some share tiny blocks";
  // Each thread frees a part of every thread's objects.
  run_threads(8, [&](unsigned i) {
    for (auto& pieces : left) {
      for (std::size_t n = i; n < pieces.size(); n += 8) check_and_free(pieces[n]);
    }
  });
  expect_empty();
}

struct ShortLists : Threads {
  ShortLists() : Threads(options()) {}

  static constexpr std::size_t kMostListed = std::size_t{512} << 10;
  static HeapOptions options() {
    HeapOptions options;
    options.objects.most_listed = kMostListed;
    return options;
  }

  // Bytes in use beyond these afterwards are on this thread's lists.
  void fill_lists() {
    std::vector<void*> all(3 * kMostListed / 64);
    for (void*& p : all) p = heap_.allocate(64);
    for (void* const p : all) heap_.free(p);
  }
};

TEST_F(ShortLists, AreLongWhereOthersAreNot) {
  std::atomic<int> step{0};
  const auto wait_for = [&](int wanted) {
    while (step < wanted) std::this_thread::yield();
  };
  std::thread other([&] {
    fill_lists();
    step = 1;
    wait_for(2);
  });
  wait_for(1);
  const std::uint64_t of_one = heap_.statistics().heap_in_use;
  EXPECT_GT(of_one, kMostListed);
  fill_lists();
  EXPECT_LT(heap_.statistics().heap_in_use, of_one + kMostListed / 4);
  step = 2;
  other.join();
  EXPECT_LT(heap_.statistics().heap_in_use, kMostListed / 4);
  // Other threads may keep what an ended thread kept.
  fill_lists();
  EXPECT_GT(heap_.statistics().heap_in_use, kMostListed);
}

TEST_F(Threads, MayComeAndGoInHundreds) {
  Mailbox<Piece> box;
  std::uint64_t sys_before = 0;
  for (unsigned round = 0; round < 30 * kScale; ++round) {
    run_threads(4, [&](unsigned i) {
      Random random(round * 4 + i);
      for (int n = 0; n < 20; ++n) box.put(make(random));
      const StackMemory stack = heap_.stack_allocate(1 << 14);
      std::memset(stack.base, 1, stack.size);
      heap_.stack_free(stack);
      for (int n = 0; n < 20; ++n) {
        if (const auto piece = box.take()) check_and_free(*piece);
      }
    });
    if (round == 15) sys_before = heap_.statistics().sys;
  }
  const Statistics s = heap_.statistics();
  EXPECT_EQ(s.heap_objects, 0U);
  EXPECT_LE(s.mcache_in_use, std::uint64_t{64} << 10) << "caches of dead threads are gone";
  EXPECT_LE(s.sys, sys_before + (std::uint64_t{16} << 20));
  expect_empty();
}

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

// A point at which threads wait for each other.
class Meeting {
 public:
  explicit Meeting(unsigned count) : count_(count) {}
  void meet() {
    const unsigned round = round_;
    if (++met_ == count_) {
      met_ = 0;
      ++round_;
      return;
    }
    while (round_ == round) os::native().yield();
  }

 private:
  const unsigned count_;
  std::atomic<unsigned> met_{0};
  std::atomic<unsigned> round_{0};
};

struct Sleepers : Threads {
  Sleepers() : Threads(options()) {}

  static constexpr std::uint64_t kMiB = 1 << 20;
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
  Meeting meeting(2);
  std::thread other([&] {
    free(allocate(256 << 10, 64));
    meeting.meet();
    meeting.meet();
  });
  meeting.meet();
  EXPECT_GE(in_use(), std::uint64_t{150} << 10);
  (void)heap_.trim();
  EXPECT_LE(in_use(), std::uint64_t{64} << 10) << "some hundred objects on its list";
  EXPECT_EQ(text(heap_.check()), "");
  meeting.meet();
  other.join();
  expect_empty();
}

// The more threads there are, the less each keeps.
TEST_F(Sleepers, KeepLessWhereThereAreMany) {
  constexpr unsigned kThreads = kIsEmulated ? 40 : 160;
  Meeting meeting(kThreads + 1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (const std::size_t size : {64U, 512U, 2048U, 16384U}) free(allocate(kMiB, size));
      meeting.meet();
      meeting.meet();
    });
  }
  meeting.meet();
  // What 16 threads may keep, and half as much again for each doubling: four lists of 32 KiB, four
  // spans of up to 16 KiB, a stock, and more objects on a list of large ones.
  const std::uint64_t of_one = (options_.objects.most_stocked + 4 * (48 << 10) + kMiB);
  const unsigned doublings = kIsEmulated ? 2 : 4;
  EXPECT_LE(in_use(), 16 * of_one * (2 + doublings) / 2 + kThreads * std::uint64_t{64 << 10});
  EXPECT_EQ(text(heap_.check()), "");
  meeting.meet();
  for (std::thread& thread : threads) thread.join();
  expect_empty();
}

// A thread has no spans of its own of classes that it has hardly used, and its lists keep hardly
// anything that a trim cannot reach.
TEST_F(Sleepers, ShareSpansOfWhatTheyHardlyUseWhereThereAreMany) {
  constexpr unsigned kCrowd = 33;
  constexpr unsigned kThreads = 4;
  constexpr std::size_t kEach = 8;  // objects of each size
  constexpr std::size_t kStep = 128;
  constexpr std::size_t kLargest = 2048;
  constexpr std::size_t kMostSpan = 16 << 10;  // of these classes
  Meeting crowd(kCrowd + 1);
  Meeting meeting(kThreads + 1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kCrowd; ++i) {
    threads.emplace_back([&] {
      heap_.free(heap_.allocate(64));
      crowd.meet();
      crowd.meet();
    });
  }
  crowd.meet();
  (void)heap_.trim();
  const std::uint64_t before = in_use();
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
  crowd.meet();
  for (std::thread& thread : threads) thread.join();
  expect_empty();
}

// Frees may make a thread hold spans of a class of which it has hardly used any objects.
TEST_F(Sleepers, TakeWhatTheyFreedWhereThereAreMany) {
  constexpr unsigned kCrowd = 33;
  constexpr std::size_t kSize = 1024;
  constexpr std::size_t kInSpan = 8;
  std::vector<void*> made;
  std::thread([&] { made = allocate(kInSpan * kInSpan * kSize, kSize); }).join();
  Meeting crowd(kCrowd + 1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kCrowd; ++i) {
    threads.emplace_back([&] {
      heap_.free(heap_.allocate(64));
      crowd.meet();
      crowd.meet();
    });
  }
  crowd.meet();
  const std::uint64_t before = in_use();
  std::thread([&] {
    for (std::size_t i = 0; i < made.size(); i += kInSpan) heap_.free(made[i]);
    for (std::size_t i = 0; i < made.size(); i += kInSpan) made[i] = heap_.allocate(kSize);
    EXPECT_EQ(in_use(), before);
  }).join();
  EXPECT_EQ(text(heap_.check()), "");
  free(made);
  crowd.meet();
  for (std::thread& thread : threads) thread.join();
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

TEST_F(Threads, TakeOverTheSpansOfThoseThatEnded) {
  constexpr std::size_t kSize = 96;
  std::vector<void*> live(20'000);
  run_threads(1, [&](unsigned) {
    for (void*& p : live) p = heap_.allocate(kSize);
  });
  const std::uint64_t before = heap_.statistics().heap_in_use;
  for (int round = 0; round < 3; ++round) {
    run_threads(1, [&](unsigned i) {
      Random random(i);
      for (int n = 0; n < 40'000; ++n) {
        void*& p = live[static_cast<std::size_t>(random.below(live.size()))];
        heap_.free(p);
        p = heap_.allocate(kSize);
      }
    });
    EXPECT_LE(heap_.statistics().heap_in_use, before + before / 8);
    EXPECT_EQ(objects(), live.size());
    EXPECT_EQ(text(heap_.check()), "");
  }
  for (void* const p : live) heap_.free(p);
  expect_empty();
}

TEST_F(Threads, FreeingTwiceWhatAnotherHoldsIsNamedWhenThatLooks) {
  std::array<void*, 3> all{};
  for (void*& p : all) p = heap_.allocate(64);
  run_threads(1, [&](unsigned) {
    heap_.free(all[1]);
    heap_.free(all[1]);
  });
  heap_.flush_thread();
  EXPECT_EQ(take_corruptions(), std::vector{CorruptionKind::kDoubleFree});
  EXPECT_EQ(objects(), 2U);
  EXPECT_EQ(text(heap_.check()), "");
  heap_.free(all[0]);
  heap_.free(all[2]);
  expect_empty();
}

// While any object has a finalizer, every free looks at spans, even at those that other caches
// hold.
TEST_F(Threads, FreeBesideObjectsWithFinalizers) {
  constexpr std::size_t kSize = 512;
  std::array<std::atomic<void*>, 256> shared{};
  run_threads(3, [&](unsigned i) {
    Random random(i);
    for (std::uint64_t n = 0; n < 2000 * kScale; ++n) {
      void* const p = heap_.allocate(kSize);
      if (random.one_in(8)) {
        EXPECT_TRUE(heap_.set_finalizer(p, [](void*, void*) {}, nullptr));
      }
      heap_.free(shared[static_cast<std::size_t>(random.below(shared.size()))].exchange(p));
    }
  });
  for (const std::atomic<void*>& p : shared) heap_.free(p);
  expect_empty();
}

TEST_F(Threads, ShareStacks) {
  Mailbox<StackMemory> box;
  run_threads(4, [&](unsigned i) {
    Random random(i);
    const auto least = static_cast<std::size_t>(options_.spec.fixed_stack);
    for (std::uint64_t n = 0; n < 200 * kScale; ++n) {
      const StackMemory stack = heap_.stack_allocate(least << random.below(6));
      fill(static_cast<std::byte*>(stack.base), stack.size, stack.size);
      box.put(stack);
      if (const auto other = box.take()) {
        const auto* const bytes = static_cast<std::byte*>(other->base);
        EXPECT_EQ(first_change(bytes, other->size, other->size, other->size), other->size);
        heap_.stack_free(*other);
      }
    }
  });
  while (const auto stack = box.take()) heap_.stack_free(*stack);
  heap_.flush_thread();
  EXPECT_EQ(heap_.statistics().stack_in_use, 0U);
}

TEST_F(Threads, SeeConsistentStatisticsAtAnyTime) {
  std::atomic<unsigned> working{3};
  run_threads(4, [&](unsigned i) {
    if (i == 3) {
      while (working != 0) EXPECT_EQ(check_identities(heap_.statistics()), "");
      return;
    }
    Random random(i);
    std::deque<Piece> pieces;
    for (std::uint64_t n = 0; n < 1000 * kScale; ++n) {
      pieces.push_back(make(random));
      if (pieces.size() > 50) {
        check_and_free(pieces.front());
        pieces.pop_front();
      }
    }
    for (const Piece& piece : pieces) check_and_free(piece);
    --working;
  });
  expect_empty();
}

TEST_F(Threads, ScavengeAndFlushWhileOthersWork) {
  std::atomic<unsigned> working{2};
  run_threads(3, [&](unsigned i) {
    Random random(i);
    while (i == 2 && working != 0) {
      (void)heap_.scavenge();
      heap_.flush_thread();
    }
    if (i == 2) return;
    for (std::uint64_t n = 0; n < 1000 * kScale; ++n) check_and_free(make(random));
    --working;
  });
  expect_empty();
}

TEST_F(Threads, LookUpTheirObjectsWhileOthersWork) {
  std::atomic<unsigned> working{2};
  run_threads(3, [&](unsigned i) {
    Random random(i);
    const Piece mine = make(random);
    while (i == 2 && working != 0) {
      EXPECT_TRUE(holds(mine.bytes));
      EXPECT_GE(heap_.usable_size(mine.bytes), mine.size);
    }
    check_and_free(mine);
    if (i == 2) return;
    for (std::uint64_t n = 0; n < 1000 * kScale; ++n) check_and_free(make(random));
    --working;
  });
  expect_empty();
}

TEST_F(Threads, LookUpWildAddressesWhileOthersWork) {
  std::atomic<unsigned> working{2};
  Random first(77);
  const Piece mine = make(first);
  run_threads(3, [&](unsigned i) {
    Random random(i);
    while (i == 2 && working != 0) {
      const std::byte* const near = mine.bytes + random.below(1 << 20);
      const Object found = heap_.find_object(near);
      EXPECT_TRUE(!found || static_cast<std::size_t>(near - static_cast<std::byte*>(found.base)) <
                                found.size);
      (void)heap_.find_object(reinterpret_cast<void*>(static_cast<std::uintptr_t>(random.next())));
    }
    if (i == 2) return;
    for (std::uint64_t n = 0; n < 1000 * kScale; ++n) check_and_free(make(random));
    --working;
  });
  check_and_free(mine);
  expect_empty();
}

TEST_F(Threads, MarkEveryObjectOnce) {
  std::vector<void*> objects;
  for (std::size_t i = 0; i < 3000; ++i)
    objects.push_back(heap_.allocate(16 + i % 500, Scan::kScan));
  heap_.begin_mark();
  std::atomic<unsigned> marked{0};
  run_threads(4, [&](unsigned) {
    for (void* const p : objects) {
      if (heap_.mark(p)) ++marked;
    }
    // The threads allocate while marking goes on: new objects are marked.
    void* const born = heap_.allocate(100, Scan::kScan);
    EXPECT_FALSE(heap_.mark(born));
  });
  heap_.end_mark();
  EXPECT_EQ(marked, objects.size());
  heap_.sweep_all();
  EXPECT_EQ(heap_.statistics().heap_objects, objects.size() + 4);
}

TEST_F(Threads, MaySweepAndAllocateTogether) {
  for (std::size_t i = 0; i < 20'000; ++i) (void)heap_.allocate(16 + i % 2000, Scan::kScan);
  heap_.begin_mark();
  heap_.end_mark();
  run_threads(4, [&](unsigned i) {
    Random random(i);
    if (i < 2) {
      heap_.sweep_all();
    } else {
      for (std::uint64_t n = 0; n < 300 * kScale; ++n) check_and_free(make(random));
    }
  });
  heap_.sweep_all();
  expect_empty();
}

TEST_F(Threads, MayOutliveTheHeap) {
  std::atomic<int> step{0};
  const auto wait_for = [&](int wanted) {
    while (step != wanted) std::this_thread::yield();
  };
  Heap other;
  ASSERT_EQ(text(other.init(os::native())), "");
  std::thread thread([&] {
    EXPECT_NE(other.allocate(100), nullptr);
    EXPECT_NE(heap_.allocate(100), nullptr);
    step = 1;
    wait_for(2);
    // A new heap, perhaps in the old one's place.
    EXPECT_NE(other.allocate(100), nullptr);
    step = 3;
    wait_for(4);
  });
  wait_for(1);
  other.destroy();
  ASSERT_EQ(text(other.init(os::native())), "");
  step = 2;
  wait_for(3);
  EXPECT_EQ(other.statistics().heap_objects, 1U);
  other.destroy();
  step = 4;
  thread.join();
  EXPECT_EQ(heap_.statistics().heap_objects, 1U);
}

// --- The model, in several threads. ---

struct SharedHeap {
  const char* name;
  bool tiny = true;
  bool checked = false;
  std::uint64_t profile_rate = 0;
  bool is_sparing = false;  // and has a window
  unsigned sleepers = 0;    // other threads that have caches

  friend std::ostream& operator<<(std::ostream& out, const SharedHeap& variant) {
    return out << variant.name;
  }
};

HeapOptions options_of(const SharedHeap& variant) {
  HeapOptions options;
  options.objects.tiny = variant.tiny;
  options.objects.checked = variant.checked;
  options.objects.profile_rate = variant.profile_rate;
  options.pages.is_sparing = variant.is_sparing;
  if (variant.is_sparing) options.pages.record_window = std::uint64_t{64} << 30;
  return options;
}

class Models : public Threads, public testing::WithParamInterface<SharedHeap> {
 protected:
  Models() : Threads(options_of(GetParam())) {}
};

// Each thread has a model with slots of its own, and at times sends an object to the first thread
// that takes it. Every round has new threads, which free the objects of earlier ones.
TEST_P(Models, AgreeAtQuietMoments) {
  constexpr unsigned kModels = 4;
  const unsigned sleepers = GetParam().sleepers;
  Meeting meeting(sleepers + 1);
  std::vector<std::thread> asleep;
  for (unsigned i = 0; i < sleepers; ++i) {
    asleep.emplace_back([&] {
      const auto least = static_cast<std::size_t>(options_.spec.fixed_stack);
      heap_.stack_free(heap_.stack_allocate(least));  // counts as no object
      meeting.meet();
      meeting.meet();
    });
  }
  meeting.meet();
  std::array<std::optional<Model>, kModels> models;
  Mix mix;
  mix.slots = 200;
  mix.cycle_one_in = 0;
  for (auto& model : models) {
    ModelOptions model_options;
    model_options.slots = mix.slots;
    model_options.most_live_bytes = std::uint64_t{8} << 20;
    model_options.is_shared = true;
    model.emplace(heap_, options_, model_options);
  }
  Mailbox<Model::Item> box;
  for (unsigned round = 0; round < 4; ++round) {
    run_threads(kModels, [&](unsigned i) {
      Model& model = *models[(i + round) % kModels];
      RequestSource source(round * kModels + i, mix);
      Random random(i);
      for (std::uint64_t n = 0; n < 300 * kScale; ++n) {
        if (!model.execute(source.next())) return;
        if (!random.one_in(4)) continue;
        const auto slot = static_cast<std::uint32_t>(random.below(mix.slots));
        const Model::Item item = model.give_away(slot);
        if (item.bytes != nullptr) box.put(item);
        if (const auto other = box.take()) (void)model.take_over(slot, *other);
      }
    });
    while (const auto item = box.take()) {
      ASSERT_TRUE(models[0]->take_over(0, *item)) << models[0]->failure();
    }
    Counts counts;
    for (auto& model : models) {
      EXPECT_TRUE(model->check_contents()) << model->failure();
      counts.add(model->counts());
    }
    const Statistics s = heap_.statistics();
    EXPECT_EQ(check_identities(s), "");
    EXPECT_EQ(compare(s, counts, kModels + 1), "") << "round " << round;
    ASSERT_EQ(text(heap_.check()), "");
  }
  for (auto& model : models) EXPECT_TRUE(model->free_all()) << model->failure();
  meeting.meet();
  for (std::thread& thread : asleep) thread.join();
  expect_empty();
}

INSTANTIATE_TEST_SUITE_P(Heap, Models,
                         testing::Values(SharedHeap{"Default"}, SharedHeap{"WithoutTiny", false},
                                         SharedHeap{"Checked", true, true},
                                         SharedHeap{"Sampled", true, false, 4096},
                                         SharedHeap{"Sparing", false, false, 0, true},
                                         SharedHeap{"Crowded", true, false, 0, false, 32},
                                         SharedHeap{"SparingCrowded", false, false, 0, true, 64}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace Atoll::test
