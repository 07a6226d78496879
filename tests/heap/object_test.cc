// The contract of the heap's objects, sentence by sentence.
#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "tests/heap/counts.h"
#include "tests/heap/fixture.h"
#include "tests/heap/pattern.h"

namespace Atoll::test {
namespace {

HeapOptions without_tiny() {
  HeapOptions options;
  options.objects.tiny = false;
  return options;
}

class Objects : public HeapTest {
 protected:
  Objects() = default;
  explicit Objects(const HeapOptions& options) : HeapTest(options) {}

  // Sizes at and around every border between classes, and some beyond.
  std::vector<std::size_t> interesting_sizes() const {
    std::vector<std::size_t> sizes;
    const port::SizeClassTable& table = port::size_classes(options_.spec.release);
    for (unsigned i = 1; i < table.count; ++i) {
      for (const std::uint32_t more : {0U, 1U, 2U})
        sizes.push_back(table.classes[i].size - 1 + more);
    }
    for (const std::size_t large : {40'960U, 40'961U, 100'000U, 1'000'000U}) sizes.push_back(large);
    return sizes;
  }
  std::byte* allocate(std::size_t size, Scan scan = Scan::kNoscan) {
    return static_cast<std::byte*>(heap_.allocate(size, scan));
  }
};

class ObjectsWithoutTiny : public Objects {
 protected:
  ObjectsWithoutTiny() : Objects(without_tiny()) {}
};

TEST_F(ObjectsWithoutTiny, HaveAtLeastTheirSizeAtMultiplesOfEight) {
  for (const std::size_t size : interesting_sizes()) {
    for (const Scan scan : {Scan::kNoscan, Scan::kScan}) {
      std::byte* const p = allocate(size, scan);
      ASSERT_NE(p, nullptr) << size;
      const std::size_t usable = heap_.usable_size(p);
      EXPECT_GE(usable, size);
      EXPECT_TRUE(Address::of(p).is_aligned(8)) << size;
      const std::uint64_t of_class = std::uint64_t{1} << std::countr_zero(usable);
      EXPECT_TRUE(Address::of(p).is_aligned(std::min(of_class, port::kPageSize))) << size;
      fill(p, usable, size);
    }
  }
  EXPECT_EQ(text(heap_.check()), "");
}

TEST_F(Objects, AreToldApartByWhetherTheyHavePointers) {
  for (const std::size_t size : {16U, 100U, 5000U, 50'000U}) {
    EXPECT_TRUE(heap_.find_object(allocate(size)).noscan);
    EXPECT_FALSE(heap_.find_object(allocate(size, Scan::kScan)).noscan);
  }
  EXPECT_FALSE(heap_.find_object(allocate(1, Scan::kScan)).noscan) << "never tiny";
}

TEST_F(Objects, OfNoBytesAreAllTheSame) {
  void* const empty = heap_.allocate(0);
  ASSERT_NE(empty, nullptr);
  EXPECT_EQ(heap_.allocate(0, Scan::kScan), empty);
  EXPECT_EQ(heap_.allocate_zeroed(0), empty);
  EXPECT_EQ(heap_.reallocate(nullptr, 0), empty);
  heap_.free(empty);
  heap_.free(empty);
  EXPECT_EQ(heap_.usable_size(empty), 0U);
  EXPECT_EQ(heap_.statistics().mallocs, 0U);
  EXPECT_EQ(heap_.statistics().frees, 0U);
  std::byte* const p = static_cast<std::byte*>(heap_.reallocate(empty, 10));
  ASSERT_NE(p, nullptr);
  EXPECT_NE(p, empty);
  fill(p, 10, 1);
}

TEST_F(Objects, FreeingNullDoesNothing) {
  heap_.free(nullptr);
  EXPECT_EQ(heap_.statistics().frees, 0U);
}

TEST_F(Objects, AreZeroWherePromisedEvenInDirtyMemory) {
  for (const std::size_t size : {1U, 8U, 24U, 500U, 8192U, 32'768U, 100'000U}) {
    std::vector<std::byte*> dirty;
    for (int i = 0; i < 20; ++i) {
      dirty.push_back(allocate(size));
      std::memset(dirty.back(), 0xff, heap_.usable_size(dirty.back()));
    }
    for (std::byte* const p : dirty) heap_.free(p);
    for (int i = 0; i < 40; ++i) {
      auto* const p = static_cast<std::byte*>(heap_.allocate_zeroed(size));
      EXPECT_EQ(first_not_zero(p, size), size) << size;
    }
  }
}

TEST_F(Objects, LieAtAnyAlignmentAskedFor) {
  for (std::size_t alignment = 1; alignment <= std::size_t{1} << 20; alignment *= 2) {
    for (const std::size_t size : {1U, 8U, 100U, 4096U, 30'000U, 70'000U}) {
      auto* const p = static_cast<std::byte*>(heap_.allocate_aligned(size, alignment));
      ASSERT_NE(p, nullptr);
      EXPECT_TRUE(Address::of(p).is_aligned(alignment)) << size << " at " << alignment;
      EXPECT_GE(heap_.usable_size(p), size);
      EXPECT_EQ(heap_.find_object(p).base, p) << "never tiny";
      fill(p, heap_.usable_size(p), alignment);
      heap_.free(p);
    }
  }
  EXPECT_EQ(objects(), 0U);
  EXPECT_EQ(heap_.statistics().tiny_allocs, 0U);
}

TEST_F(Objects, LieAtNoAlignmentThatIsNotAPowerOfTwo) {
  for (const std::size_t alignment : {0U, 3U, 6U, 24U, 100U, 8191U, 12'288U}) {
    EXPECT_EQ(heap_.allocate_aligned(100, alignment), nullptr) << alignment;
  }
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Objects, CannotBeAlignedToHalfTheAddressSpace) {
  void* const p = heap_.allocate_aligned(100, SIZE_MAX / 2 + 1);
  // With 32 bits it may succeed, if the upper half is memory like any other.
  if (sizeof(void*) == 8) {
    EXPECT_EQ(p, nullptr);
  }
  EXPECT_EQ(Address::of(p).value() % (SIZE_MAX / 2 + 1), 0U);
  EXPECT_NE(heap_.allocate(100), nullptr);
}

TEST_F(Objects, OfFewBytesShareABlock) {
  std::byte* const a = allocate(5);
  std::byte* const b = allocate(8);
  EXPECT_EQ(b - a, 8);
  EXPECT_EQ(heap_.find_object(a).base, heap_.find_object(b).base);
  EXPECT_EQ(heap_.find_object(b).size, port::kTinySize);
  EXPECT_EQ(heap_.usable_size(a), 5U);
  EXPECT_EQ(heap_.usable_size(b), 8U);
  EXPECT_EQ(objects(), 1U) << "a block counts as one object";
  EXPECT_EQ(heap_.statistics().tiny_allocs, 2U);
}

TEST_F(Objects, OfFewBytesKeepTheirBlockUntilTheLastIsFreed) {
  for (int i = 0; i < 2000; ++i) {
    std::array<std::byte*, 5> parts{};
    for (std::size_t k = 0; k < parts.size(); ++k) {
      parts[k] = allocate(3);
      fill(parts[k], 3, k);
    }
    for (const std::size_t k : {3U, 0U, 4U, 1U}) heap_.free(parts[k]);
    std::byte* const other = allocate(16);
    fill(other, 16, 99);
    EXPECT_EQ(first_change(parts[2], 3, 3, 2), 3U);
    heap_.free(parts[2]);
    heap_.free(other);
  }
  EXPECT_LE(objects(), 1U) << "at most the block that is still open";
  heap_.flush_thread();
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Objects, OfFewBytesAreAlignedToTheirFactorsOfTwo) {
  for (int round = 0; round < 50; ++round) {
    for (std::size_t size = 1; size < 16; ++size) {
      const std::uint64_t alignment = std::uint64_t{1} << std::countr_zero(size);
      EXPECT_TRUE(Address::of(allocate(size)).is_aligned(alignment)) << size;
    }
  }
}

TEST_F(ObjectsWithoutTiny, OfFewBytesHaveABlockEach) {
  std::byte* const a = allocate(5);
  std::byte* const b = allocate(5);
  EXPECT_NE(heap_.find_object(a).base, heap_.find_object(b).base);
  EXPECT_EQ(heap_.usable_size(a), 8U);
  EXPECT_EQ(objects(), 2U);
  EXPECT_EQ(heap_.statistics().tiny_allocs, 0U);
}

TEST_F(Objects, KeepTheirContentsWhenReallocated) {
  for (const std::size_t from : interesting_sizes()) {
    for (const std::size_t to : {1U, 15U, 17U, 100U, 1024U, 33'000U, 300'000U}) {
      std::byte* const p = allocate(from);
      ASSERT_NE(p, nullptr);
      fill(p, from, from);
      auto* const q = static_cast<std::byte*>(heap_.reallocate(p, to));
      ASSERT_NE(q, nullptr);
      EXPECT_GE(heap_.usable_size(q), to);
      const std::size_t kept = std::min(from, to);
      ASSERT_EQ(first_change(q, kept, from, from), kept) << from << " to " << to;
      fill(q, heap_.usable_size(q), to);
      heap_.free(q);
    }
  }
  heap_.flush_thread();
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Objects, ReallocatedFromNullAreNew) {
  void* const p = heap_.reallocate(nullptr, 100, Scan::kScan);
  ASSERT_NE(p, nullptr);
  EXPECT_FALSE(heap_.find_object(p).noscan);
  EXPECT_EQ(objects(), 1U);
}

TEST_F(Objects, ReallocatedToNothingAreFreed) {
  void* const p = heap_.allocate(100);
  EXPECT_EQ(heap_.reallocate(p, 0), heap_.allocate(0));
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Objects, ReallocatedStayWithOrWithoutPointers) {
  void* const with = heap_.reallocate(allocate(20, Scan::kScan), 5000, Scan::kNoscan);
  EXPECT_FALSE(heap_.find_object(with).noscan);
  void* const without = heap_.reallocate(allocate(20, Scan::kNoscan), 5000, Scan::kScan);
  EXPECT_TRUE(heap_.find_object(without).noscan);
  void* const tiny = heap_.reallocate(allocate(5), 100, Scan::kScan);
  EXPECT_TRUE(heap_.find_object(tiny).noscan);
  void* const large = heap_.reallocate(allocate(50'000, Scan::kScan), 500'000, Scan::kNoscan);
  EXPECT_FALSE(heap_.find_object(large).noscan);
}

TEST_F(Objects, ReallocatedWithinTheirClassStayWhereTheyAre) {
  std::byte* const p = allocate(100);
  EXPECT_EQ(heap_.reallocate(p, heap_.usable_size(p)), p);
  EXPECT_EQ(heap_.reallocate(p, 98), p);
}

TEST_F(Objects, AreFoundFromAnyAddressInside) {
  for (const std::size_t size : interesting_sizes()) {
    const std::byte* const p = allocate(size, Scan::kScan);
    const std::size_t usable = heap_.usable_size(p);
    for (const std::size_t offset : {std::size_t{0}, usable / 3, size - 1, usable - 1}) {
      const Object found = heap_.find_object(p + offset);
      EXPECT_EQ(found.base, p) << size << " at " << offset;
      EXPECT_EQ(found.size, usable);
    }
  }
}

TEST_F(Objects, AreNotFoundAtWildAddresses) {
  const std::byte* const p = allocate(64);
  const int on_stack = 0;
  EXPECT_FALSE(holds(nullptr));
  EXPECT_FALSE(holds(&on_stack));
  EXPECT_FALSE(holds(&heap_));
  for (unsigned bit = 0; bit < sizeof(void*) * 8; ++bit) {
    const auto wild = std::uintptr_t{1} << bit;
    for (const std::uintptr_t address : {wild, wild - 1, 0 - wild, ~wild}) {
      const Object found = heap_.find_object(reinterpret_cast<void*>(address));
      const std::size_t offset = address - reinterpret_cast<std::uintptr_t>(found.base);
      EXPECT_TRUE(!found || offset < found.size) << address;
    }
    (void)heap_.find_object(
        reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(p) ^ (std::uintptr_t{1} << bit)));
  }
  const StackMemory stack = heap_.stack_allocate(std::size_t{1} << 15);
  EXPECT_FALSE(holds(stack.base)) << "stacks are no objects";
}

TEST_F(Objects, AreFreedWithoutGrowingTheHeapForever) {
  for (int i = 0; i < 100'000 / 16; ++i) {
    std::array<std::byte*, 16> some{};
    for (std::byte*& p : some) p = allocate(1000);
    for (std::byte* const p : some) heap_.free(p);
  }
  EXPECT_LE(heap_.statistics().heap_in_use, 20 * port::kPageSize);
}

// --- Stacks. ---

TEST_F(Objects, StacksHaveThePowerOfTwoAskedFor) {
  std::vector<StackMemory> stacks;
  for (std::size_t size = static_cast<std::size_t>(options_.spec.fixed_stack); size <= 1 << 20;
       size *= 2) {
    for (int i = 0; i < 3; ++i) {
      const StackMemory stack = heap_.stack_allocate(size);
      ASSERT_NE(stack.base, nullptr) << size;
      EXPECT_EQ(stack.size, size);
      fill(static_cast<std::byte*>(stack.base), size, stacks.size());
      stacks.push_back(stack);
    }
  }
  EXPECT_EQ(heap_.statistics().heap_objects, 0U);
  EXPECT_GT(heap_.statistics().stack_in_use, 3U << 20);
  EXPECT_EQ(check_identities(heap_.statistics()), "");
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const auto* const bytes = static_cast<std::byte*>(stacks[i].base);
    EXPECT_EQ(first_change(bytes, stacks[i].size, stacks[i].size, i), stacks[i].size);
    heap_.stack_free(stacks[i]);
  }
  heap_.flush_thread();
  EXPECT_EQ(heap_.statistics().stack_in_use, 0U);
}

TEST_F(Objects, StacksOfOtherSizesAreRefused) {
  const auto least = static_cast<std::size_t>(options_.spec.fixed_stack);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, least / 2, least + 1, least * 3,
                                 least * 2 - 1, std::size_t{100'000}}) {
    EXPECT_EQ(heap_.stack_allocate(size).base, nullptr) << size;
  }
  EXPECT_EQ(heap_.statistics().stack_in_use, 0U);
}

}  // namespace
}  // namespace Atoll::test
