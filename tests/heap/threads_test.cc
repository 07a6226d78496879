// Several threads in one heap. Built only for targets that have threads.
#include "tests/heap/threads.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include "src/heap/fast_path.h"
#include "src/policy.h"

namespace Atoll::test {
namespace {

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
    return FastPath::is_in_window(*thread_caches()[kProcessHeapSlot], p);
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

}  // namespace
}  // namespace Atoll::test
