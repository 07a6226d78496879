// The beginning and the end of a heap, and several heaps side by side.
#include <array>
#include <cstring>
#include <utility>

#include "os/decorators/forward.h"
#include "os/decorators/trace.h"
#include "os/sim/presets.h"
#include "os/sim/sim_os.h"
#include "tests/heap/counts.h"
#include "tests/heap/fixture.h"

namespace Atoll::test {
namespace {

TEST(HeapLife, BeginsAndEnds) {
  Heap heap;
  EXPECT_FALSE(heap.is_initialised());
  ASSERT_EQ(text(heap.init(os::native())), "");
  EXPECT_TRUE(heap.is_initialised());
  EXPECT_EQ(heap.platform().spec, port::native_spec());
  heap.destroy();
  EXPECT_FALSE(heap.is_initialised());
}

TEST(HeapLife, MayBeginAgainAfterItsEnd) {
  Heap heap;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(text(heap.init(os::native())), "");
    void* const p = heap.allocate(100);
    ASSERT_NE(p, nullptr);
    std::memset(p, 0xff, 100);
    EXPECT_EQ(heap.statistics().heap_objects, 1U);
    heap.destroy();
  }
}

TEST(HeapLife, DestroyingWhatNeverBeganDoesNothing) {
  Heap heap;
  heap.destroy();
  heap.destroy();
  EXPECT_FALSE(heap.is_initialised());
}

// A program may call every function of a heap that never began; none finds anything.
TEST(HeapLife, WhatNeverBeganHasNothing) {
  Heap heap;
  std::uint64_t word = 0;
  EXPECT_EQ(heap.allocate(100), nullptr);
  EXPECT_EQ(heap.allocate_zeroed(100), nullptr);
  EXPECT_EQ(heap.allocate_aligned(100, 64), nullptr);
  EXPECT_EQ(heap.usable_size(&word), 0U);
  EXPECT_FALSE(heap.find_object(&word));
  EXPECT_EQ(heap.stack_allocate(32 << 10).base, nullptr);
  heap.begin_mark();
  EXPECT_FALSE(heap.mark(&word));
  heap.end_mark();
  EXPECT_FALSE(heap.sweep_one());
  heap.sweep_all();
  EXPECT_FALSE(heap.clear_finalizer(&word));
  EXPECT_FALSE(heap.run_finalizer());
  heap.for_each_finalizable([](void*, Object) { FAIL(); }, nullptr);
  EXPECT_EQ(heap.scavenge(), 0U);
  EXPECT_EQ(heap.trim(), 0U);
  heap.flush_thread();
  heap.check_thread();
  EXPECT_EQ(heap.statistics().sys, 0U);
  EXPECT_EQ(text(heap.check()), "");
  EXPECT_EQ(text(heap.last_failure()), "");
  EXPECT_FALSE(heap.before_fork());
  heap.after_fork_in_parent();
  heap.after_fork_in_child();
}

TEST(HeapLife, IsConstantInitialised) {
  static constinit Heap heap;
  ASSERT_EQ(text(heap.init(os::native())), "");
  EXPECT_NE(heap.allocate(1), nullptr);
  heap.destroy();
}

// Counts the questions that take a system a while to answer.
class QuestionedOs final : public os::ForwardOs {
 public:
  QuestionedOs() : ForwardOs(os::native()) {}

  std::uint64_t huge_page_size() override { return ++of_huge_pages, ForwardOs::huge_page_size(); }
  bool decommit_zeroes() override { return ++of_decommit, ForwardOs::decommit_zeroes(); }

  int of_huge_pages = 0;
  int of_decommit = 0;
};

TEST(HeapLife, AsksWhatTakesAWhileOnlyWhenItMatters) {
  constexpr std::size_t kLarge = 1 << 20;
  QuestionedOs os;
  Heap heap;
  ASSERT_EQ(text(heap.init(os)), "");
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, kLarge}) {
    void* const p = heap.allocate_zeroed(size);
    ASSERT_NE(p, nullptr);
    heap.free(p);
  }
  EXPECT_EQ(os.of_decommit, 0);

  heap.free(heap.allocate(4 * kLarge));
  if (heap.scavenge() != 0) {
    heap.free(heap.allocate_zeroed(kLarge));
    EXPECT_GT(os.of_decommit, 0);
  }
  EXPECT_EQ(os.of_huge_pages, port::native_release() >= port::Release::k1_13 ? 1 : 0);
  heap.destroy();
}

TEST(HeapLife, TellsWhyTheMachineWillNotDo) {
  os::sim::Config config = os::sim::presets::linux_amd64();
  config.page_size = 2048;
  config.granularity = 2048;
  os::sim::SimOs os(config);
  Heap heap;
  EXPECT_NE(text(heap.init(os)).find("page size"), std::string::npos);
  EXPECT_FALSE(heap.is_initialised());
  EXPECT_EQ(os.bytes_held(), 0U);
  // The program may try again with another system.
  EXPECT_EQ(text(heap.init(os::native())), "");
}

// The bytes that the heap got, less those that it gave back. A linear system takes nothing back,
// but the heap tells it.
std::int64_t bytes_kept(std::span<const os::TraceRecord> records) {
  std::int64_t bytes = 0;
  for (const os::TraceRecord& record : records) {
    if (!record.status.ok()) continue;
    const auto size = static_cast<std::int64_t>(record.size);
    if (record.verb == os::Verb::kReserve || record.verb == os::Verb::kAlloc) bytes += size;
    if (record.verb == os::Verb::kRelease || record.verb == os::Verb::kFree) bytes -= size;
  }
  return bytes;
}

TEST(HeapLife, EndsWithEverythingGivenBackObjectsInUseToo) {
  static std::array<os::TraceRecord, 4096> storage;
  os::TraceOs os(os::native(), storage);
  {
    Heap heap;
    ASSERT_EQ(text(heap.init(os)), "");
    for (std::size_t size = 1; size < 300'000; size += size / 2 + 1) {
      ASSERT_NE(heap.allocate(size), nullptr);
      ASSERT_NE(heap.allocate(size, Scan::kScan), nullptr);
    }
    ASSERT_NE(heap.stack_allocate(std::size_t{1} << 16).base, nullptr);
    EXPECT_GT(bytes_kept(os.records()), 0);
  }
  EXPECT_EQ(os.overflow(), 0U);
  EXPECT_EQ(bytes_kept(os.records()), 0);
}

TEST(SeveralHeaps, KnowNothingOfEachOther) {
  Heap a;
  Heap b;
  ASSERT_EQ(text(a.init(os::native())), "");
  ASSERT_EQ(text(b.init(os::native())), "");
  for (const std::size_t size : {1U, 100U, 100'000U}) {
    void* const in_a = a.allocate(size);
    void* const in_b = b.allocate(size);
    EXPECT_NE(in_a, in_b);
    EXPECT_TRUE(a.find_object(in_a));
    EXPECT_FALSE(a.find_object(in_b));
    EXPECT_TRUE(b.find_object(in_b));
    EXPECT_FALSE(b.find_object(in_a));
  }
  EXPECT_EQ(a.statistics().heap_objects, 3U);
  a.destroy();
  EXPECT_EQ(b.statistics().heap_objects, 3U);
  EXPECT_EQ(text(b.check()), "");
}

TEST(SeveralHeaps, MayBeUsedByTurns) {
  std::array<Heap, 3> heaps;
  std::array<void*, 3> last{};
  for (Heap& heap : heaps) ASSERT_EQ(text(heap.init(os::native())), "");
  for (std::size_t i = 0; i < 3000; ++i) {
    Heap& heap = heaps[i % 3];
    void* const p = heap.allocate(i % 700 + 16);
    ASSERT_NE(p, nullptr);
    std::memset(p, static_cast<int>(i % 3), i % 700 + 16);
    if (i % 2 == 0) {
      heap.free(last[i % 3]);
      last[i % 3] = p;
    }
  }
  for (Heap& heap : heaps) EXPECT_EQ(text(heap.check()), "");
}

TEST(SeveralHeaps, AreSixteenAtMost) {
  std::array<Heap, 17> heaps;
  for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(text(heaps[i].init(os::native())), "") << i;
  EXPECT_NE(text(heaps[16].init(os::native())), "");
  EXPECT_FALSE(heaps[16].is_initialised());
  // Small address spaces have no room for this many.
  const std::size_t most = port::native_spec().heap_addr_bits > 32 ? 16 : 1;
  for (std::size_t i = 0; i < most; ++i) ASSERT_NE(heaps[i].allocate(i + 1), nullptr) << i;
  for (std::size_t i = 0; i < 16; ++i) heaps[i].destroy();
  EXPECT_EQ(text(heaps[16].init(os::native())), "");
  EXPECT_NE(heaps[16].allocate(100), nullptr);
}

class Memory : public HeapTest {};

TEST_F(Memory, StatisticsOfAFreshHeapAreThoseOfNothing) {
  const Statistics s = heap_.statistics();
  EXPECT_EQ(s.mallocs, 0U);
  EXPECT_EQ(s.heap_alloc, 0U);
  EXPECT_EQ(s.heap_in_use, 0U);
  EXPECT_EQ(s.stack_in_use, 0U);
  EXPECT_EQ(s.size_classes, port::size_classes(options_.spec.release).count);
  for (unsigned i = 1; i < s.size_classes; ++i) {
    EXPECT_EQ(s.by_size[i].size, port::size_classes(options_.spec.release).classes[i].size);
  }
  EXPECT_EQ(check_identities(s), "");
}

TEST_F(Memory, StatisticsCountEveryObjectInItsClass) {
  void* const a = heap_.allocate(100);
  (void)heap_.allocate(101, Scan::kScan);
  (void)heap_.allocate(40'000);
  const Statistics s = heap_.statistics();
  const unsigned size_class = port::size_class(options_.spec.release, 100);
  EXPECT_EQ(s.by_size[size_class].mallocs, 2U);
  EXPECT_EQ(s.large_mallocs, 1U);
  EXPECT_EQ(s.large_alloc, 5 * port::kPageSize);
  EXPECT_EQ(s.heap_objects, 3U);
  EXPECT_EQ(s.heap_alloc, 2 * s.by_size[size_class].size + s.large_alloc);
  EXPECT_EQ(check_identities(s), "");
  heap_.free(a);
  EXPECT_EQ(heap_.statistics().by_size[size_class].frees, 1U);
  EXPECT_EQ(heap_.statistics().total_alloc, s.total_alloc);
}

TEST_F(Memory, ScavengingReturnsFreePages) {
  std::array<void*, 16> objects{};
  for (void*& p : objects) {
    p = heap_.allocate(256 * 1024);
    std::memset(p, 1, 256 * 1024);
  }
  const bool can_shrink = heap_.platform().machine.can_shrink;
  for (void* const p : objects) heap_.free(p);
  const Statistics before = heap_.statistics();
  const std::uint64_t returned = heap_.scavenge();
  const Statistics after = heap_.statistics();
  EXPECT_EQ(after.heap_idle, before.heap_idle);
  if (can_shrink) {
    EXPECT_GE(returned, objects.size() * 256 * 1024);
    EXPECT_GE(after.heap_released, before.heap_released + objects.size() * 256 * 1024);
  } else {
    EXPECT_EQ(returned, 0U);
  }
  EXPECT_EQ(heap_.scavenge(), 0U) << "nothing is left to return";
  EXPECT_EQ(check_identities(after), "");

  // The memory can be used again, and is zero where that is promised.
  for (void*& p : objects) {
    p = heap_.allocate_zeroed(256 * 1024);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(static_cast<char*>(p)[200'000], 0);
    std::memset(p, 2, 256 * 1024);
  }
}

TEST_F(Memory, ScavengingSparesWhatWasFreedLately) {
  void* const p = heap_.allocate(std::size_t{1} << 20);
  std::memset(p, 1, std::size_t{1} << 20);
  heap_.free(p);
  constexpr std::uint64_t kHour = 3600ULL * 1'000'000'000;
  EXPECT_EQ(heap_.scavenge(kHour), 0U);
  EXPECT_EQ(heap_.scavenge(0) != 0, heap_.platform().machine.can_shrink);
}

TEST_F(Memory, ScavengingFlushesTheCachesOfTheThread) {
  // The cache has the small objects that were freed, and so keeps their pages.
  std::vector<void*> objects;
  for (int i = 0; i < 2000; ++i) objects.push_back(heap_.allocate(1024));
  for (void* const p : objects) {
    std::memset(p, 1, 1024);
    heap_.free(p);
  }
  (void)heap_.scavenge();
  EXPECT_EQ(heap_.statistics().heap_in_use, 0U);
  EXPECT_EQ(heap_.statistics().heap_cached, 0U);
}

TEST_F(Memory, FlushingGivesBackWhatTheThreadKept) {
  std::vector<void*> objects;
  for (int i = 0; i < 500; ++i) objects.push_back(heap_.allocate(64));
  for (void* const p : objects) heap_.free(p);
  heap_.flush_thread();
  const Statistics s = heap_.statistics();
  EXPECT_EQ(s.heap_cached, 0U);
  EXPECT_EQ(s.mcache_in_use, 0U);
  EXPECT_EQ(s.heap_in_use, 0U);
  EXPECT_NE(heap_.allocate(64), nullptr) << "the next call gets a new cache";
  EXPECT_GT(heap_.statistics().mcache_in_use, 0U);
}

TEST_F(Memory, TooMuchIsRefusedAndChangesNothing) {
  void* const before = heap_.allocate(1000);
  const std::uint64_t objects_before = objects();
  std::vector<std::size_t> sizes{SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 8192};
  // Where nothing else lies in the address space, in a WebAssembly memory, half of it may be free.
  if (sizeof(void*) == 8) sizes.insert(sizes.end(), {SIZE_MAX / 2 + 1, SIZE_MAX / 2});
  for (const std::size_t size : sizes) {
    EXPECT_EQ(heap_.allocate(size), nullptr) << size;
    EXPECT_EQ(heap_.allocate(size, Scan::kScan), nullptr) << size;
    EXPECT_EQ(heap_.allocate_zeroed(size), nullptr) << size;
    EXPECT_EQ(heap_.allocate_aligned(size, 8), nullptr) << size;
    EXPECT_EQ(heap_.allocate_aligned(size, 65536), nullptr) << size;
    EXPECT_EQ(heap_.reallocate(nullptr, size), nullptr) << size;
    EXPECT_EQ(heap_.reallocate(before, size), nullptr) << size;
    EXPECT_EQ(heap_.stack_allocate(size).base, nullptr) << size;
    EXPECT_NE(text(heap_.last_failure()), "");
  }
  if (sizeof(void*) == 8) {
    EXPECT_EQ(heap_.stack_allocate(SIZE_MAX / 2 + 1).base, nullptr) << "a power of two";
  }
  EXPECT_EQ(objects(), objects_before);
  EXPECT_NE(heap_.allocate(1000), nullptr);
}

}  // namespace
}  // namespace Atoll::test
