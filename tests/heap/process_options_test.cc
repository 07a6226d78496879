// The options that the heap behind malloc() has and other heaps do not.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "os/base/bits.h"
#include "os/decorators/fault_injection.h"
#include "src/heap/fast_path.h"
#include "src/policy.h"
#include "tests/heap/fixture.h"
#include "tests/heap/pattern.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kWindow = 64 * kMiB;

HeapOptions process_options() {
  HeapOptions options;
  options.objects.tiny = false;
  options.objects.aligns_to_16 = true;
  options.distinct_empty = true;
  options.is_process_heap = true;
  options.pages.is_bounded = true;
  options.pages.is_sparing = true;
  options.pages.keeps_hints = true;
  options.objects.most_stocked = 512 << 10;
  options.pages.record_window = kWindow;
  options.pages.scavenge_delay = 0;
  return options;
}

class ProcessHeap : public HeapTest {
 protected:
  ProcessHeap() : HeapTest(process_options()) {}

  static ThreadCache& cache() { return *thread_caches()[kProcessHeapSlot]; }
  // For any pointer.
  static pages::WhoseList list_in_window(const void* p) {
    return FastPath::is_in_window(cache(), p) ? FastPath::list_in_window(cache(), p)
                                              : pages::WhoseList();
  }
};

TEST_F(ProcessHeap, ThereIsOneAtATime) {
  Heap second;
  EXPECT_EQ(text(second.init(os::native(), options_)), "the process has its heap already");
  heap_.destroy();
  EXPECT_EQ(text(second.init(os::native(), options_)), "");
  EXPECT_EQ(text(heap_.init(os::native(), options_)), "the process has its heap already");
  second.destroy();
  EXPECT_EQ(text(heap_.init(os::native(), options_)), "");
}

TEST_F(ProcessHeap, AlignsAllTo16) {
  heap_.destroy();
  options_.objects.aligns_all_to_16 = true;
  for (const port::Release release : {port::Release::k1_11, port::Release::k1_27}) {
    if (release < port::native_release()) continue;
    options_.spec = port::native_spec(release);
    ASSERT_EQ(text(heap_.init(os::native(), options_)), "");
    for (std::size_t size = 0; size < 2000; ++size) {
      for (void* const object :
           {heap_.allocate(size), heap_.allocate_zeroed(size), heap_.allocate_aligned(size, 1),
            heap_.reallocate(nullptr, size)}) {
        ASSERT_NE(object, nullptr);
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(object) % 16, 0U) << size;
      }
    }
    EXPECT_EQ(text(heap_.check()), "");
    heap_.destroy();
  }
  ASSERT_EQ(text(heap_.init(os::native(), options_)), "");
}

TEST_F(ProcessHeap, EmptyObjectsAreDistinct) {
  void* const first = heap_.allocate(0);
  void* const second = heap_.allocate(0);
  EXPECT_NE(first, nullptr);
  EXPECT_NE(first, second);
  EXPECT_EQ(objects(), 2U);
  heap_.free(first);
  heap_.free(second);
  EXPECT_EQ(objects(), 0U);
}

TEST_F(ProcessHeap, ObjectsOfMoreThanEightBytesLieAtMultiplesOf16) {
  for (const port::Release release : port::kReleases) {
    if (!port::has_port(release, port::kNativeGoos, port::kNativeGoarch)) continue;
    options_.spec = port::native_spec(release);
    start_again();
    for (std::size_t size = 1; size <= 2048; ++size) {
      // Allocates two neighbours, because the first object of a span lies at a page anyway.
      for (int i = 0; i < 2; ++i) {
        const auto address = reinterpret_cast<std::uintptr_t>(heap_.allocate(size));
        ASSERT_EQ(address % (size <= 8 ? 8U : 16U), 0U) << size << " " << port::name(release);
      }
    }
  }
}

TEST_F(ProcessHeap, ASizeThatCannotBeHadDropsNoHint) {
  os::FaultInjectionOs faults(os::native());
  start_again(faults);
  ASSERT_NE(heap_.allocate(1), nullptr);
  const std::size_t hints = heap_.pages().arena_space().hints().size();
  faults.only(os::Verb::kReserve);
  faults.fail_from_call(1);
  EXPECT_EQ(heap_.allocate(std::size_t{1} << 30), nullptr);
  EXPECT_EQ(heap_.pages().arena_space().hints().size(), hints);
  EXPECT_LE(faults.calls(), 4U) << "the hints are not asked for one by one";
  faults.fail_nothing();
  heap_.destroy();
}

TEST_F(ProcessHeap, TheWindowTellsWhatTheArenaTells) {
  std::vector<void*> all;
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    all.push_back(heap_.allocate(static_cast<std::size_t>(random.log_uniform(14))));
  }
  std::size_t found = 0;
  for (void* const p : all) {
    const pages::WhoseList in_window = list_in_window(p);
    if (!in_window.is_mine()) continue;
    ++found;
    // A sparing heap looks arenas up fast only in the first TiB, and not every system has memory
    // there.
    if (reinterpret_cast<std::uintptr_t>(p) >> 20 >> 20 == 0) {
      ASSERT_EQ(in_window, FastPath::list_by_arena(cache(), p));
    }
  }
  // There is no window if untouched memory costs something. In linear memory a heap gets what
  // earlier heaps gave back, in any order, and a window begins at the first piece.
  if (!heap_.platform().machine.linear_only) {
    EXPECT_EQ(found > all.size() / 2, heap_.platform().machine.lazy_commit);
  }
  int on_stack = 0;
  EXPECT_FALSE(list_in_window(&on_stack).is_mine());
  EXPECT_FALSE(list_in_window(nullptr).is_mine());
  void* const last = reinterpret_cast<void*>(~std::uintptr_t{0});
  EXPECT_FALSE(list_in_window(last).is_mine());

  for (void* const p : all) {
    const pages::WhoseList list = list_in_window(p);
    if (list.is_mine()) {
      FastPath::free_to(heap_, cache(), list, p);
    } else {
      heap_.free(p);
    }
  }
  EXPECT_EQ(objects(), 0U);
}

// A signal handler may interrupt a call before its thread's list has `no_cache`, or when the list
// has the cache again already. If it forks, the child must not use that cache.
TEST_F(ProcessHeap, AnInnerCallHasNoCacheWhateverTheListSays) {
  ASSERT_NE(heap_.allocate(100), nullptr);
  const Entry entry(heap_);
  thread_caches()[kProcessHeapSlot] = entry.cache();
  EXPECT_EQ(heap_.allocate(100'000), nullptr);
  EXPECT_EQ(heap_.statistics().sys, 0U);
  thread_caches()[kProcessHeapSlot] = const_cast<ThreadCache*>(&no_cache);
}

TEST_F(ProcessHeap, WhatIsFreeGoesBackAfterTheDelay) {
  if (!heap_.platform().machine.can_shrink) GTEST_SKIP() << "this system takes nothing back";
  void* const large = heap_.allocate(1 << 20);
  std::memset(large, 1, 1 << 20);
  heap_.free(large);
  const Statistics s = heap_.statistics();
  EXPECT_GE(s.heap_released, kMiB);
  EXPECT_EQ(s.heap_idle, s.heap_released + s.heap_fresh);
}

TEST_F(ProcessHeap, KeepsWhatIsFreeIfItNeverScavenges) {
  options_.pages.scavenge_delay = pages::Options::kNeverScavenge;
  start_again();
  for (int i = 0; i < 3; ++i) heap_.free(heap_.allocate(1 << 20));
  EXPECT_EQ(heap_.statistics().heap_released, 0U);
}

TEST_F(ProcessHeap, KeepsNoMoreThanItMay) {
  if (!heap_.platform().machine.can_shrink) GTEST_SKIP() << "this system takes nothing back";
  options_.pages.scavenge_delay = pages::Options::kNeverScavenge;
  options_.pages.most_kept = 0;
  start_again();
  void* const block = heap_.allocate(kMiB);
  std::memset(block, 1, kMiB);
  heap_.free(block);
  // A hardware page that is larger than one of the heap may have others in use beside it.
  EXPECT_LE(heap_.statistics().heap_kept, 2 * heap_.platform().machine.page_size - port::kPageSize);
  auto* const again = static_cast<unsigned char*>(heap_.allocate_zeroed(kMiB));
  for (std::size_t i = 0; i < kMiB; ++i) ASSERT_EQ(again[i], 0);
  heap_.free(again);
}

// A block that has memory everywhere and must move.
TEST_F(ProcessHeap, WantsHugePagesForAFullBlockThatGrows) {
  options_.pages.huge_pages = pages::HugePages::kWhereFull;
  os::FaultInjectionOs faults(os::native());
  for (const bool is_full : {true, false}) {
    start_again(faults);
    constexpr std::size_t kSize = 8 * kMiB;
    auto* const block = static_cast<std::byte*>(heap_.allocate(kSize));
    void* const wall = heap_.allocate(kSize);
    ASSERT_NE(wall, nullptr);
    if (is_full) fill(block, kSize, 1);
    const Platform& platform = heap_.platform();
    const bool is_resident = platform.os.resident(platform.address(block), kSize) == kSize;
    EXPECT_TRUE(is_full || !is_resident || !platform.machine.lazy_commit);
    faults.only(os::Verb::kWishHugePages);
    faults.fail_from_call(1);
    auto* const moved = static_cast<std::byte*>(heap_.reallocate(block, kSize + kMiB));
    ASSERT_NE(moved, nullptr);
    // In linear memory the wall may stand in a piece that an earlier heap gave back.
    const bool has_moved = moved != block;
    EXPECT_TRUE(has_moved || platform.machine.linear_only);
    EXPECT_EQ(faults.calls(), is_resident && has_moved ? 1U : 0U);
    faults.fail_nothing();
    if (is_full) {
      EXPECT_EQ(first_change(moved, kSize, kSize, 1), kSize);
    }
    heap_.destroy();
  }
}

TEST_F(ProcessHeap, OfWhatIsVeryLargeTheNewestIsKept) {
  if (!heap_.platform().machine.can_shrink) GTEST_SKIP() << "this system takes nothing back";
  options_.pages.scavenge_delay = pages::Options::kNeverScavenge;
  start_again();
  // Memory that the program wants again at once is still there.
  constexpr std::size_t kEach = policy::kNewestOversize / 8 * 3;
  for (int i = 0; i < 3; ++i) heap_.free(heap_.allocate(kEach));
  EXPECT_EQ(heap_.statistics().heap_released, 0U);
  std::array<void*, 3> all{};
  for (void*& p : all) p = heap_.allocate(kEach);
  for (void* const p : all) ASSERT_NE(p, nullptr);
  const Platform& platform = heap_.platform();
  const bool holds_memory = platform.os.resident(platform.address(all[0]), kEach) == kEach;
  heap_.free(all[0]);
  heap_.free(all[1]);
  EXPECT_EQ(heap_.statistics().heap_released, 0U);
  heap_.free(all[2]);
  EXPECT_EQ(heap_.statistics().heap_released, holds_memory ? 0 : kEach) << "of the first";
  EXPECT_EQ(text(heap_.check()), "");
  // The heap does not drop pages that a program has used since.
  auto* const small = static_cast<unsigned char*>(heap_.allocate_zeroed(kMiB));
  std::memset(small, 1, kMiB);
  for (int i = 0; i < 4; ++i) heap_.free(heap_.allocate(30 * kMiB));
  for (std::size_t i = 0; i < kMiB; ++i) ASSERT_EQ(small[i], 1);
  heap_.free(small);
}

TEST_F(ProcessHeap, EveryThreadKeepsSomeEmptySpans) {
  constexpr std::size_t kSize = 48 << 10;
  void* const first = heap_.allocate(kSize);
  std::memset(first, 1, kSize);
  heap_.free(first);
  EXPECT_EQ(objects(), 0U);
  EXPECT_EQ(heap_.statistics().heap_in_use, kSize) << "to others its pages are in use";
  EXPECT_FALSE(holds(first));
  EXPECT_EQ(text(heap_.check()), "");
  EXPECT_NE(heap_.allocate(kSize + 8192), first) << "only what fits exactly is taken";
  auto* const second = static_cast<unsigned char*>(heap_.allocate_zeroed(kSize));
  EXPECT_EQ(second, first);
  for (std::size_t i = 0; i < kSize; ++i) ASSERT_EQ(second[i], 0);
  heap_.free(second);
  heap_.free(second);
  EXPECT_EQ(take_corruptions(), std::vector{CorruptionKind::kDoubleFree});

  std::vector<void*> many(64);
  for (void*& p : many) p = heap_.allocate(kSize);
  for (void* const p : many) heap_.free(p);
  EXPECT_LE(heap_.statistics().heap_in_use, (512U << 10) + kSize + 8192);
  heap_.flush_thread();
  EXPECT_EQ(heap_.statistics().heap_in_use, kSize + 8192);
}

// Blocks of all sizes come and go, so that no free one fits the next.
TEST_F(ProcessHeap, HoldsLittleMoreThanWasEverInUse) {
  if (!heap_.platform().machine.can_shrink) GTEST_SKIP() << "this system takes nothing back";
  options_.pages.scavenge_delay = pages::Options::kNeverScavenge;
  start_again();
  Random random(1);
  std::vector<void*> live(8);
  std::uint64_t most = 0;
  std::uint64_t most_idle = 0;
  for (int i = 0; i < 400; ++i) {
    void*& block = live[static_cast<std::size_t>(random.below(live.size()))];
    heap_.free(block);
    block = heap_.allocate(static_cast<std::size_t>(65536 + random.next() % (2 * kMiB)));
    ASSERT_NE(block, nullptr);
    const Statistics s = heap_.statistics();
    const std::uint64_t idle = s.heap_idle - s.heap_fresh - s.heap_released;
    most = std::max(most, s.heap_in_use);
    most_idle = std::max(most_idle, idle);
    // Pages of the hardware may be larger than the heap's.
    ASSERT_LE(s.heap_in_use + idle, most + most / 8 + 5 * kMiB);
  }
  EXPECT_GT(most_idle, kMiB);  // but the heap does keep some
  for (void* const block : live) heap_.free(block);
}

// Grows an object that cannot grow in place.
void grow_large(Heap& heap) {
  std::size_t size = 100'000;
  auto* p = static_cast<std::byte*>(heap.allocate(size));
  fill(p, size, 1);
  std::vector<void*> walls;
  for (int i = 0; i < 8; ++i) {
    walls.push_back(heap.allocate(64 << 10));
    const std::size_t larger = size + size / 3 + 1;
    p = static_cast<std::byte*>(heap.reallocate(p, larger));
    ASSERT_NE(p, nullptr);
    ASSERT_EQ(first_change(p, size, size, 1), size);
    size = larger;
    fill(p, size, 1);
  }
  // The memory that the object left behind is like other free memory.
  auto* const zeroed = static_cast<unsigned char*>(heap.allocate_zeroed(size));
  for (std::size_t i = 0; i < size; i += 512) ASSERT_EQ(zeroed[i], 0);
  heap.free(zeroed);
  heap.free(p);
  for (void* const wall : walls) heap.free(wall);
  EXPECT_EQ(heap.statistics().heap_objects, 0U);
}

TEST_F(ProcessHeap, LargeObjectsKeepTheirContentsWhereverTheyGo) { grow_large(heap_); }

}  // namespace
}  // namespace Atoll::test
