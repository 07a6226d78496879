// Freed large objects that a thread keeps for its next requests of the same lengths.
#include <cstring>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "src/policy.h"
#include "tests/heap/fixture.h"
#include "tests/heap/model.h"
#include "tests/heap/pattern.h"

namespace Atoll::test {
namespace {

struct LargeCache : HeapTest {
  static constexpr std::size_t kMiB = std::size_t{1} << 20;
  static constexpr std::size_t kMost = 8 * kMiB;

  LargeCache() : HeapTest(options()) {}
  static HeapOptions options() {
    HeapOptions options;
    options.objects.most_large_cached = kMost;
    return options;
  }

  std::uint64_t in_use() { return heap_.statistics().heap_in_use; }
};

TEST_F(LargeCache, GivesTheSameObjectAgain) {
  for (const std::size_t size : {40'000U, 65'536U, 100'000U, 1U << 20, 5'000'000U}) {
    auto* const first = static_cast<std::byte*>(heap_.allocate(size));
    fill(first, size, 1);
    for (unsigned i = 0; i < 10; ++i) {
      heap_.free(first);
      EXPECT_EQ(objects(), 0U);
      EXPECT_EQ(heap_.statistics().heap_alloc, 0U);
      // Pages of the same number, whatever size was asked for.
      ASSERT_EQ(heap_.allocate(size - i), first);
      EXPECT_EQ(objects(), 1U);
      EXPECT_EQ(check_identities(heap_.statistics()), "");
      EXPECT_EQ(text(heap_.check()), "");
    }
    heap_.free(first);
    heap_.flush_thread();
    EXPECT_EQ(in_use(), 0U);
  }
}

TEST_F(LargeCache, ClearsWhatItGivesZeroed) {
  auto* const first = static_cast<std::byte*>(heap_.allocate_zeroed(100'000));
  std::memset(first, 0xaa, 100'000);
  heap_.free(first);
  auto* const again = static_cast<std::byte*>(heap_.allocate_zeroed(100'000));
  ASSERT_EQ(again, first);
  for (std::size_t i = 0; i < 100'000; ++i) ASSERT_EQ(again[i], std::byte{0});
  heap_.free(again);
}

TEST_F(LargeCache, GivesOnlyWhatIsAligned) {
  constexpr std::size_t kAlignment = 256 << 10;
  std::vector<void*> plain(7);
  for (void*& p : plain) p = heap_.allocate(65'536);
  for (void* const p : plain) {
    heap_.free(p);
    void* const aligned = heap_.allocate_aligned(65'536, kAlignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % kAlignment, 0U);
    EXPECT_EQ(text(heap_.check()), "");
    heap_.free(aligned);
    // One that happens to be aligned serves again.
    EXPECT_EQ(heap_.allocate_aligned(65'536, kAlignment), aligned);
    heap_.free(aligned);
  }
  heap_.flush_thread();
  EXPECT_EQ(objects(), 0U);
  EXPECT_EQ(in_use(), 0U);
}

TEST_F(LargeCache, LeavesObjectsWithPointersAlone) {
  void* const p = heap_.allocate(kMiB, Scan::kScan);
  heap_.free(p);
  EXPECT_EQ(in_use(), 0U);
}

TEST_F(LargeCache, NamesADoubleFree) {
  void* const p = heap_.allocate(kMiB);
  heap_.free(p);
  heap_.free(p);
  heap_.free(static_cast<std::byte*>(p) + 8);
  const auto kinds = take_corruptions();
  EXPECT_EQ(kinds, (std::vector{CorruptionKind::kDoubleFree, CorruptionKind::kFreeInsideObject}));
  EXPECT_EQ(heap_.allocate(kMiB), p);
  EXPECT_NE(heap_.allocate(kMiB), p);
}

// Else the next request for as many pages would get an object that was resized meanwhile.
TEST_F(LargeCache, ResizesNothingThatIsFree) {
  void* const p = heap_.allocate(kMiB);
  heap_.free(p);
  for (const std::size_t size : {kMiB, 2 * kMiB, kMiB / 2}) {
    EXPECT_EQ(heap_.reallocate(p, size), nullptr);
    EXPECT_EQ(take_corruptions(), std::vector{CorruptionKind::kFreeOfForeignPointer});
  }
  EXPECT_EQ(heap_.usable_size(p), 0U);
  EXPECT_FALSE(bool(heap_.find_object(p)));
  EXPECT_EQ(heap_.allocate(kMiB), p);
  EXPECT_EQ(heap_.usable_size(p), kMiB);
}

// More of a length than one, and more bytes than the bound, go to the page heap.
TEST_F(LargeCache, IsBounded) {
  std::vector<void*> live;
  for (const std::size_t size : {kMiB, kMiB, 3 * kMiB, 4 * kMiB, 6 * kMiB, 9 * kMiB}) {
    live.push_back(heap_.allocate(size));
  }
  for (void* const p : live) heap_.free(p);
  EXPECT_LE(in_use(), kMost);
  EXPECT_GE(in_use(), kMost / 2);
}

// A thread's own objects serve its next requests of any kind, rather than more memory.
TEST_F(LargeCache, GivesPagesForOtherRequests) {
  void* const large = heap_.allocate(4 * kMiB);
  heap_.free(large);
  const std::uint64_t mapped = heap_.statistics().heap_sys;
  std::vector<void*> small(4 * kMiB / 1024);
  for (void*& p : small) p = heap_.allocate(1024);
  EXPECT_EQ(heap_.statistics().heap_sys, mapped);
  EXPECT_LE(in_use(), 5 * kMiB);
  for (void* const p : small) heap_.free(p);
  // A block that grows in place is such a request, too.
  void* const grown = heap_.allocate(kMiB);
  heap_.free(heap_.allocate(2 * kMiB));
  EXPECT_GE(in_use(), 3 * kMiB);
  void* const longer = heap_.reallocate(grown, 3 * kMiB);
  ASSERT_NE(longer, nullptr);
  EXPECT_LE(in_use(), 4 * kMiB + policy::kMostCachedOverAsks);
  heap_.free(longer);
}

TEST_F(LargeCache, IsGivenBackBeforeAnAllocationFails) {
  os::FaultInjectionOs os(os::native());
  start_again(os);
  // One that other threads could take, and some that only this one can.
  void* const p = heap_.allocate(200 << 10);
  ASSERT_NE(p, nullptr);
  void* const first = heap_.allocate(80 << 10);
  void* const second = heap_.allocate(120 << 10);
  void* const rest = heap_.allocate(200 << 10);
  for (void* const one : {p, first, second}) heap_.free(one);
  os.fail_from_call(1);
  // Of a length that the thread does not have.
  void* const other = heap_.allocate(300 << 10);
  EXPECT_NE(other, nullptr) << text(heap_.last_failure());
  os.fail_nothing();
  heap_.free(rest);
  heap_.free(other);
  heap_.destroy();
}

TEST_F(LargeCache, ShowsInTheStatistics) {
  void* const own = heap_.allocate(64 << 10);
  heap_.free(own);
  EXPECT_EQ(heap_.statistics().large_cached, 64U << 10);
  ASSERT_EQ(heap_.allocate(64 << 10), own);
  heap_.free(own);
  heap_.flush_thread();
  void* const first = heap_.allocate(kMiB);
  void* const second = heap_.allocate(3 * kMiB);
  EXPECT_EQ(heap_.statistics().large_cached, 0U);
  heap_.free(first);
  EXPECT_EQ(heap_.statistics().large_cached, kMiB);
  heap_.free(second);
  const Statistics s = heap_.statistics();
  EXPECT_EQ(s.large_cached, 4 * kMiB);
  EXPECT_EQ(s.large_alloc, 0U);
  EXPECT_EQ(check_identities(s), "");
  ASSERT_EQ(heap_.allocate(kMiB), first);
  EXPECT_EQ(heap_.statistics().large_cached, 3 * kMiB);
  heap_.free(first);
  heap_.trim();
  EXPECT_EQ(heap_.statistics().large_cached, 0U);
}

// A shortage ends: the system lets the heap grow again.
TEST_F(LargeCache, ComesBackAfterAShortage) {
  os::FaultInjectionOs os(os::native());
  start_again(os);
  void* const first = heap_.allocate(2 * kMiB);
  ASSERT_NE(first, nullptr);
  os.fail_from_call(1);
  std::vector<void*> rest;
  for (void* p = heap_.allocate(kMiB); p != nullptr; p = heap_.allocate(kMiB)) rest.push_back(p);
  os.fail_nothing();
  heap_.free(first);
  EXPECT_EQ(in_use(), rest.size() * kMiB) << "the thread keeps nothing";
  const std::uint64_t mapped = heap_.statistics().heap_sys;
  for (unsigned i = 0; heap_.statistics().heap_sys < mapped + mapped / 4; ++i) {
    ASSERT_LT(i, 1000U);
    rest.push_back(heap_.allocate(kMiB));
    ASSERT_NE(rest.back(), nullptr);
  }
  const std::uint64_t others = in_use() - kMiB;
  heap_.free(rest.back());
  rest.pop_back();
  EXPECT_EQ(in_use(), others + kMiB) << "it keeps what it frees";
  heap_.flush_thread();
  EXPECT_EQ(in_use(), others);
  for (void* const p : rest) heap_.free(p);
  heap_.destroy();
}

TEST_F(LargeCache, KeepsNothingOnceAHeapHasMarked) {
  void* const live = heap_.allocate(2 * kMiB);
  heap_.free(heap_.allocate(3 * kMiB));
  heap_.begin_mark();
  EXPECT_TRUE(bool(heap_.mark(live)));
  heap_.end_mark();
  EXPECT_EQ(objects(), 1U);
  EXPECT_EQ(in_use(), 2 * kMiB);
  // Its span waits to be swept.
  heap_.free(live);
  EXPECT_EQ(objects(), 0U);
  EXPECT_EQ(in_use(), 0U);
}

TEST_F(LargeCache, IsForUncheckedHeapsAlone) {
  options_.objects.checked = true;
  start_again();
  heap_.free(heap_.allocate(kMiB));
  EXPECT_EQ(in_use(), 0U);
}

}  // namespace
}  // namespace Atoll::test
