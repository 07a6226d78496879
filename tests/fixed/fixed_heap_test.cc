// What src/fixed/fixed_heap.h promises, sentence by sentence.
#include "src/fixed/fixed_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "src/base/corruption.h"
#include "tests/fixed/buffer.h"

namespace Atoll::test {
namespace {

// On 32-bit processors, as of firmware, the header says 96 bytes.
static_assert(sizeof(void*) != 4 || sizeof(FixedHeap) == 96);

std::string_view words(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

class FixedHeapTest : public testing::Test {
 protected:
  FixedHeapTest()
      : buffer_(64 << 10), heap_(*FixedHeap::make(buffer_.begin(), buffer_.size(), nullptr)) {
    heap_.on_misuse(
        [](void* context, const void* p) {
          static_cast<FixedHeapTest*>(context)->misuses_.push_back(p);
        },
        this);
  }
  ~FixedHeapTest() override {
    EXPECT_EQ(words(heap_.check()), "");
    EXPECT_TRUE(buffer_.is_brim_untouched());
    EXPECT_TRUE(misuses_.empty());
  }

  // Blocks of `size` bytes until there is no room.
  std::vector<void*> fill_up(std::size_t size) {
    std::vector<void*> blocks;
    while (void* const p = heap_.allocate(size)) blocks.push_back(p);
    return blocks;
  }

  bool was_told(const void* p) {
    const bool result = misuses_ == std::vector<const void*>{p};
    misuses_.clear();
    return result;
  }

  // They outlive the heap's last check.
  Buffer buffer_;
  Buffer second_{8 << 10};
  Buffer third_{16 << 10};
  FixedHeap& heap_;
  std::vector<const void*> misuses_;
};

using FixedBuffers = FixedHeapTest;

TEST(FixedMake, RefusesBuffersWithAReason) {
  Buffer buffer(4096);
  std::byte* const begin = buffer.begin();
  const char* why = nullptr;
  EXPECT_EQ(FixedHeap::make(nullptr, 4096, &why), nullptr);
  EXPECT_EQ(words(why), "the buffer is null");
  EXPECT_EQ(FixedHeap::make(begin + 4, 4000, &why), nullptr);
  EXPECT_EQ(words(why), "the buffer is not at a multiple of 8");
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, sizeof(FixedHeap) + 16}) {
    EXPECT_EQ(FixedHeap::make(begin, size, &why), nullptr);
    EXPECT_EQ(words(why), "the buffer is too small");
  }
  EXPECT_EQ(FixedHeap::make(begin, kMostSize - 8, &why), nullptr);
  EXPECT_EQ(words(why), "the buffer reaches beyond the end of the address space");
  EXPECT_EQ(FixedHeap::make(begin, 1 << 20, &why), nullptr);
  EXPECT_EQ(words(why), "the buffer is larger than the index reaches");
  // At once: no time depends on how large it is.
  const std::size_t behind = kMostSize - reinterpret_cast<std::uintptr_t>(begin);
  EXPECT_EQ(FixedHeap::make(begin, behind, &why), nullptr);
  EXPECT_EQ(words(why), "the buffer is larger than the index reaches");
  EXPECT_TRUE(buffer.is_untouched());
}

TEST(FixedMake, TakesEverySizeThatHoldsABlock) {
  for (std::size_t size = sizeof(FixedHeap) + 24; size < sizeof(FixedHeap) + 2000; size += 8) {
    Buffer buffer(size);
    FixedHeap* const heap = FixedHeap::make(buffer.begin(), buffer.size());
    ASSERT_NE(heap, nullptr) << size;
    const FixedStatistics empty = heap->statistics();
    EXPECT_LE(empty.sys, size);
    EXPECT_GE(empty.sys + 8, size) << "no more than a page is lost";
    EXPECT_GE(empty.largest_free, 16U);
    void* const p = heap->allocate(empty.largest_free);
    ASSERT_NE(p, nullptr);
    std::memset(p, 0xff, empty.largest_free);
    EXPECT_EQ(heap->allocate(1), nullptr);
    EXPECT_EQ(words(heap->check()), "");
    heap->free(p);
    EXPECT_EQ(words(heap->check()), "");
    EXPECT_EQ(heap->statistics().largest_free, empty.largest_free);
    EXPECT_TRUE(buffer.is_brim_untouched());
  }
}

TEST(FixedMake, StaysInsideOfSizesThatAreNoMultiplesOfEight) {
  for (std::size_t size = sizeof(FixedHeap) + 24; size < sizeof(FixedHeap) + 1100; ++size) {
    // What is left of its last page, and its brim, are not the heap's.
    Buffer buffer(size + 8);
    const std::vector<std::byte> before(buffer.begin() + size, buffer.end());
    FixedHeap* const heap = FixedHeap::make(buffer.begin(), size);
    ASSERT_NE(heap, nullptr) << size;
    const FixedStatistics empty = heap->statistics();
    EXPECT_LE(empty.sys, size);
    EXPECT_GE(empty.sys + 16, size) << "less than two pages are lost";
    void* const p = heap->allocate(empty.largest_free);
    ASSERT_NE(p, nullptr);
    std::memset(p, 0xff, empty.largest_free);
    EXPECT_EQ(std::memcmp(buffer.begin() + size, before.data(), before.size()), 0) << size;
  }
}

TEST(FixedMake, SixteenBitsReach512KiB) {
  Buffer buffer(512 << 10);
  FixedHeap* const heap = FixedHeap::make(buffer.begin(), buffer.size());
  ASSERT_NE(heap, nullptr);
  EXPECT_GT(heap->statistics().largest_free, std::size_t{512 << 10} * 98 / 100);
  void* const p = heap->allocate(heap->statistics().largest_free);
  EXPECT_NE(p, nullptr);
  EXPECT_EQ(words(heap->check()), "");
}

TEST(FixedMake, ThirtyTwoBitsReachFurther) {
  Buffer buffer(3 << 20);
  LargeFixedHeap* const heap = LargeFixedHeap::make(buffer.begin(), buffer.size());
  ASSERT_NE(heap, nullptr);
  void* const p = heap->allocate(2'000'000);
  void* const q = heap->allocate(1'000'000);
  ASSERT_NE(q, nullptr);
  heap->free(p);
  EXPECT_EQ(words(heap->check()), "");
  EXPECT_GE(heap->statistics().largest_free, 2'000'000U);
}

TEST_F(FixedHeapTest, CostsOneBitForEightBytes) {
  for (const std::size_t size : {16U, 24U, 40U, 104U}) {
    heap_.reset();
    const std::size_t count = fill_up(size).size();
    // 65 bits for 64, and what is left over at the end.
    EXPECT_GE(count * size + size + 8,
              (buffer_.size() - sizeof(FixedHeap)) / 65 * 64 - sizeof(std::uint64_t) * 3);
  }
}

TEST_F(FixedHeapTest, HasNothingForSizesThatNobodyHas) {
  for (const std::size_t size : {std::size_t{0}, kMostSize, kMostSize - 6, kMostSize - 8,
                                 kMostSize / 2 + 1, buffer_.size()}) {
    EXPECT_EQ(heap_.allocate(size), nullptr);
    EXPECT_EQ(heap_.allocate_zeroed(size), nullptr);
    EXPECT_EQ(heap_.allocate_aligned(64, size), nullptr);
  }
  EXPECT_EQ(heap_.statistics().heap_objects, 0U);
}

TEST_F(FixedHeapTest, HasNothingForAlignmentsThatNobodyHas) {
  for (const std::size_t alignment :
       {std::size_t{0}, std::size_t{3}, std::size_t{24}, kMostSize, kMostSize / 2 + 1}) {
    EXPECT_EQ(heap_.allocate_aligned(alignment, 100), nullptr);
  }
}

TEST_F(FixedHeapTest, AlignsAndGivesBackWhatItDidNotUse) {
  for (std::size_t alignment = 1; alignment <= 8192; alignment *= 2) {
    void* const before = heap_.allocate(16);
    void* const p = heap_.allocate_aligned(alignment, 40);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % alignment, 0U);
    EXPECT_EQ(heap_.usable_size(p), 40U);
    EXPECT_EQ(heap_.statistics().alloc, 56U);
    EXPECT_EQ(words(heap_.check()), "");
    heap_.free(before);
    heap_.free(p);
  }
  EXPECT_EQ(heap_.statistics().peak_alloc, 56U);
}

TEST_F(FixedHeapTest, FillsTheTightestHole) {
  void* const small = heap_.allocate(104);
  heap_.allocate(16);
  void* const large = heap_.allocate(1000);
  heap_.allocate(16);
  heap_.free(large);
  heap_.free(small);
  EXPECT_EQ(heap_.allocate(104), small);
  EXPECT_EQ(heap_.allocate(904), large);
  EXPECT_EQ(heap_.allocate(88), static_cast<std::byte*>(large) + 904);
  EXPECT_EQ(heap_.allocate(8), static_cast<std::byte*>(large) + 904 + 88 + 24) << "none is left";
}

// Also where many free spans of about the same length are looked at in vain.
TEST_F(FixedHeapTest, FindsTheOnlyHoleThatIsLongEnough) {
  void* const hole = heap_.allocate(152);
  heap_.allocate(16);
  std::vector<void*> tight;
  for (int k = 0; k < 100; ++k) {
    tight.push_back(heap_.allocate(136));
    heap_.allocate(16);
  }
  fill_up(16);
  heap_.free(hole);
  for (void* const p : tight) heap_.free(p);
  EXPECT_EQ(heap_.statistics().largest_free, 152U);
  EXPECT_EQ(heap_.allocate(152), hole);
  EXPECT_EQ(heap_.allocate(137), nullptr);
  EXPECT_NE(heap_.allocate(136), nullptr);
}

TEST_F(FixedHeapTest, CutsSpansOffOutside) {
  const std::vector<void*> blocks = fill_up(1000);
  fill_up(16);
  const auto middle = reinterpret_cast<std::uintptr_t>(buffer_.begin()) + buffer_.size() / 2;
  for (void* const p : blocks) {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    if (address < middle + 1000 && address + 1000 > middle) continue;
    heap_.free(p);
    auto* const cut = static_cast<std::byte*>(heap_.allocate(400));
    EXPECT_EQ(cut, static_cast<std::byte*>(p) + (address > middle ? 600 : 0));
    heap_.free(cut);
    EXPECT_EQ(heap_.allocate(1000), p);
  }
}

TEST_F(FixedHeapTest, IsWholeAgainWhenEverythingIsFreed) {
  const std::size_t largest = heap_.statistics().largest_free;
  for (const std::size_t size : {24U, 100U, 300U, 5000U}) {
    const std::vector<void*> blocks = fill_up(size);
    for (std::size_t k = 0; k < blocks.size(); k += 2) heap_.free(blocks[k]);
    // In the middle of the buffer, where the first and the last blocks meet, two are neighbours.
    EXPECT_LT(heap_.statistics().largest_free, 3 * size + 16);
    EXPECT_GT(heap_.statistics().fragmentation, 50U);
    for (std::size_t k = 1; k < blocks.size(); k += 2) heap_.free(blocks[k]);
    EXPECT_EQ(heap_.statistics().largest_free, largest);
    EXPECT_EQ(heap_.statistics().fragmentation, 0U);
  }
}

TEST_F(FixedHeapTest, ZeroesWhatWasUsed) {
  void* const p = heap_.allocate(200);
  std::memset(p, 0xff, 200);
  heap_.free(p);
  const auto* const zeroed = static_cast<const unsigned char*>(heap_.allocate_zeroed(197));
  EXPECT_EQ(zeroed, p);
  for (std::size_t k = 0; k < 197; ++k) EXPECT_EQ(zeroed[k], 0);
}

TEST_F(FixedHeapTest, GrowsWhereItIsIfItCan) {
  auto* const p = static_cast<char*>(heap_.allocate(24));
  std::memcpy(p, "contents", sizeof "contents");
  for (const std::size_t size : {25U, 32U, 33U, 400U, 30'000U}) {
    EXPECT_EQ(heap_.reallocate(p, size), p);
    EXPECT_GE(heap_.usable_size(p), size);
  }
  EXPECT_STREQ(p, "contents");
}

TEST_F(FixedHeapTest, GivesBackWhatItShrinks) {
  void* const p = heap_.allocate(1000);
  heap_.allocate(16);
  for (const std::size_t size : {999U, 992U, 500U, 17U, 1U}) {
    EXPECT_EQ(heap_.reallocate(p, size), p);
    EXPECT_EQ(heap_.usable_size(p), size <= 16 ? 16 : (size + 7) / 8 * 8);
    EXPECT_EQ(heap_.statistics().alloc, heap_.usable_size(p) + 16);
  }
  EXPECT_EQ(heap_.allocate(984), static_cast<std::byte*>(p) + 16);
}

TEST_F(FixedHeapTest, MovesWhenItCannotGrow) {
  auto* const p = static_cast<char*>(heap_.allocate(24));
  std::memcpy(p, "contents", sizeof "contents");
  void* const neighbour = heap_.allocate(24);
  auto* const q = static_cast<char*>(heap_.reallocate(p, 200));
  EXPECT_NE(q, p);
  EXPECT_STREQ(q, "contents");
  EXPECT_FALSE(heap_.owns(p));
  EXPECT_TRUE(heap_.owns(neighbour));
}

TEST_F(FixedHeapTest, MovesDownIfThereIsNoOtherRoom) {
  const std::size_t largest = heap_.statistics().largest_free;
  void* const low = heap_.allocate(1000);
  auto* const p = static_cast<char*>(heap_.allocate(largest - 1000 - 96));
  std::memcpy(p, "contents", sizeof "contents");
  heap_.free(low);
  auto* const q = static_cast<char*>(heap_.reallocate(p, largest - 40));
  EXPECT_EQ(q, low);
  EXPECT_STREQ(q, "contents");
  EXPECT_EQ(heap_.statistics().failures, 0U);
  EXPECT_EQ(heap_.reallocate(q, largest), q);
  EXPECT_EQ(heap_.statistics().heap_idle, 0U);
}

TEST_F(FixedHeapTest, LeavesTheBlockAloneIfThereIsNoRoom) {
  auto* const p = static_cast<char*>(heap_.allocate(100));
  std::memcpy(p, "contents", sizeof "contents");
  EXPECT_EQ(heap_.reallocate(p, buffer_.size()), nullptr);
  EXPECT_EQ(heap_.reallocate(p, kMostSize), nullptr);
  EXPECT_STREQ(p, "contents");
  EXPECT_EQ(heap_.usable_size(p), 104U);
}

TEST_F(FixedHeapTest, ReallocatingNothingOrToNothing) {
  void* const p = heap_.reallocate(nullptr, 100);
  EXPECT_EQ(heap_.usable_size(p), 104U);
  EXPECT_EQ(heap_.reallocate(p, 0), nullptr);
  EXPECT_FALSE(heap_.owns(p));
  EXPECT_EQ(heap_.reallocate(nullptr, 0), nullptr);
  heap_.free(nullptr);
}

TEST_F(FixedHeapTest, CountsWhatItDoes) {
  void* const p = heap_.allocate(100);
  void* const q = heap_.allocate(1000);
  heap_.free(p);
  heap_.allocate(buffer_.size());
  const FixedStatistics statistics = heap_.statistics();
  EXPECT_EQ(statistics.alloc, 1000U);
  EXPECT_EQ(statistics.peak_alloc, 1104U);
  EXPECT_EQ(statistics.heap_objects, 1U);
  EXPECT_EQ(statistics.failures, 1U);
  EXPECT_EQ(statistics.heap_idle - statistics.largest_free, 104U);
  heap_.free(q);
}

TEST_F(FixedHeapTest, ForgetsEverythingWhenReset) {
  const FixedStatistics fresh = heap_.statistics();
  void* const p = heap_.allocate(100);
  heap_.allocate(buffer_.size());
  heap_.reset();
  EXPECT_FALSE(heap_.owns(p));
  const FixedStatistics again = heap_.statistics();
  EXPECT_EQ(again.heap_idle, fresh.heap_idle);
  EXPECT_EQ(again.peak_alloc, 0U);
  EXPECT_EQ(again.failures, 0U);
}

// --- Misuse. ---

TEST_F(FixedHeapTest, SpeaksTheBigHeapsWords) {
  const auto same = [](FixedMisuse here, CorruptionKind there) {
    const Line line = explain(Corruption{there, Address::of(nullptr), {}, 0});
    return line.view().substr(0, line.view().find(':')) == explain(here);
  };
  EXPECT_TRUE(same(FixedMisuse::kForeign, CorruptionKind::kFreeOfForeignPointer));
  EXPECT_TRUE(same(FixedMisuse::kInside, CorruptionKind::kFreeInsideObject));
  EXPECT_TRUE(same(FixedMisuse::kDoubleFree, CorruptionKind::kDoubleFree));
}

TEST_F(FixedHeapTest, NamesADoubleFree) {
  for (const std::size_t size : {1U, 16U, 24U, 32U, 500U, 5000U}) {
    auto* const p = static_cast<std::byte*>(heap_.allocate(size));
    heap_.allocate(16);
    heap_.free(p);
    for (std::size_t offset = 0; offset < (size + 7) / 8 * 8; offset += 8) {
      EXPECT_EQ(heap_.misuse_of(p + offset), FixedMisuse::kDoubleFree);
      heap_.free(p + offset);
      EXPECT_TRUE(was_told(p + offset));
    }
    EXPECT_EQ(words(heap_.check()), "");
  }
}

TEST_F(FixedHeapTest, NamesAFreeInsideOfABlock) {
  void* const low = heap_.allocate(64);
  auto* const p = static_cast<std::byte*>(heap_.allocate(600));
  std::memset(p, 0xff, 600);
  heap_.free(low);
  for (std::size_t offset = 1; offset < 600; ++offset) {
    EXPECT_EQ(heap_.misuse_of(p + offset), FixedMisuse::kInside);
    heap_.free(p + offset);
    EXPECT_TRUE(was_told(p + offset));
  }
  EXPECT_EQ(heap_.misuse_of(p), FixedMisuse::kNone);
  EXPECT_TRUE(heap_.owns(p)) << "the bad call is without effect";
}

TEST_F(FixedHeapTest, NamesAForeignPointer) {
  static int of_program = 0;
  int on_stack = 0;
  for (void* const p :
       {static_cast<void*>(&of_program), static_cast<void*>(&on_stack),
        static_cast<void*>(buffer_.begin()), static_cast<void*>(buffer_.begin() + 200),
        static_cast<void*>(buffer_.end()), static_cast<void*>(buffer_.begin() - 8)}) {
    EXPECT_EQ(heap_.misuse_of(p), FixedMisuse::kForeign);
    heap_.free(p);
    EXPECT_TRUE(was_told(p));
    EXPECT_EQ(heap_.reallocate(p, 10), nullptr);
    EXPECT_TRUE(was_told(p));
    EXPECT_EQ(heap_.usable_size(p), 0U);
    EXPECT_TRUE(was_told(p));
    EXPECT_FALSE(heap_.owns(p));
  }
}

// Every bit that tells something is looked at.
TEST_F(FixedHeapTest, ChecksItsBitsAndRecords) {
  void* const p = heap_.allocate(100);
  heap_.allocate(16);
  void* const q = heap_.allocate(1000);
  heap_.allocate(16);
  heap_.free(p);
  heap_.free(q);
  const FixedStatistics statistics = heap_.statistics();
  const std::size_t pages = (statistics.alloc + statistics.heap_idle) / 8;
  auto* const bits = reinterpret_cast<std::uint32_t*>(buffer_.begin() + sizeof(FixedHeap));
  EXPECT_EQ(words(heap_.check()), "");
  for (std::size_t k = 0; k <= pages + 2; k += k < 200 || k >= pages ? 1 : 97) {
    bits[k / 32] ^= 1U << (k % 32);
    EXPECT_NE(words(heap_.check()), "") << "bit " << k;
    bits[k / 32] ^= 1U << (k % 32);
  }
  // The fields of a long span: four at its beginning, one at its end.
  auto* const record = static_cast<std::uint16_t*>(q);
  for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{4},
                              1000 / sizeof(std::uint16_t) - 1}) {
    record[k] = static_cast<std::uint16_t>(record[k] + 1);
    EXPECT_NE(words(heap_.check()), "") << "field " << k;
    record[k] = static_cast<std::uint16_t>(record[k] - 1);
  }
}

// --- Several buffers. ---

TEST_F(FixedBuffers, AreTakenInTheirOrder) {
  EXPECT_EQ(words(heap_.add(second_.begin(), second_.size())), "");
  EXPECT_EQ(words(heap_.add(third_.begin(), third_.size())), "");
  std::vector<void*> blocks = fill_up(1000);
  std::size_t changes = 0;
  const auto number = [&](const void* p) {
    return buffer_.holds(p) ? 0 : second_.holds(p) ? 1 : third_.holds(p) ? 2 : 3;
  };
  for (std::size_t k = 1; k < blocks.size(); ++k) {
    EXPECT_LE(number(blocks[k - 1]), number(blocks[k]));
    if (number(blocks[k - 1]) != number(blocks[k])) ++changes;
  }
  EXPECT_EQ(changes, 2U);
  EXPECT_EQ(heap_.statistics().heap_objects, blocks.size());
  EXPECT_EQ(words(heap_.check()), "");
  for (void* const p : blocks) heap_.free(p);
  EXPECT_EQ(heap_.statistics().heap_objects, 0U);
  EXPECT_EQ(heap_.statistics().peak_alloc, blocks.size() * 1000);
}

TEST_F(FixedBuffers, MayComeWhenTheHeapIsFull) {
  fill_up(100);
  EXPECT_EQ(words(heap_.add(second_.begin(), second_.size())), "");
  void* const p = heap_.allocate(100);
  EXPECT_TRUE(second_.holds(p));
  auto* const moved = heap_.reallocate(p, 4000);
  EXPECT_EQ(moved, p);
  heap_.free(p);
  EXPECT_EQ(heap_.misuse_of(p), FixedMisuse::kDoubleFree);
}

TEST_F(FixedBuffers, AreRefusedWithAReason) {
  EXPECT_EQ(words(heap_.add(second_.begin(), 40)), "the buffer is too small");
  EXPECT_EQ(words(heap_.add(nullptr, 4000)), "the buffer is null");
  EXPECT_TRUE(second_.is_untouched());
  const std::string_view overlaps = "the buffer overlaps one that the heap has";
  EXPECT_EQ(words(heap_.add(buffer_.begin(), buffer_.size())), overlaps);
  EXPECT_EQ(words(heap_.add(buffer_.end() - 4096, 4096)), overlaps);
  EXPECT_EQ(words(heap_.add(second_.begin(), second_.size())), "");
  EXPECT_EQ(words(heap_.add(second_.begin() + 800, 800)), overlaps);
}

// --- Options. ---

struct Locked : FixedOptions {
  static void enter() { EXPECT_EQ(++depth, 1); }
  static void leave() { EXPECT_EQ(--depth, 0); }
  static int depth;
};
int Locked::depth = 0;

TEST(FixedOptionsTest, EveryOperationIsInsideOfTheLockOnce) {
  Buffer buffer(4096);
  Buffer second(4096);
  auto* const heap = BasicFixedHeap<Locked>::make(buffer.begin(), buffer.size());
  heap->on_misuse([](void*, const void*) { EXPECT_EQ(Locked::depth, 1); }, nullptr);
  EXPECT_EQ(words(heap->add(second.begin(), second.size())), "");
  void* p = heap->reallocate(nullptr, 100);
  heap->allocate(40);
  p = heap->reallocate(p, 1000);
  heap->free(heap->allocate_zeroed(5000));
  heap->free(heap->allocate_aligned(64, 10));
  EXPECT_EQ(heap->reallocate(p, 0), nullptr);
  heap->free(p);
  EXPECT_FALSE(heap->owns(p));
  EXPECT_EQ(heap->statistics().heap_objects, 1U);
  EXPECT_EQ(words(heap->check()), "");
  heap->reset();
  EXPECT_EQ(Locked::depth, 0);
}

struct Owned : FixedOptions {
  enum : unsigned { kOwners = 1 };
  static std::uint32_t owner() { return task; }
  static std::uint32_t task;
};
std::uint32_t Owned::task = 0;

TEST(FixedOptionsTest, EveryBlockKeepsItsOwner) {
  Buffer buffer(4096);
  auto* const heap = BasicFixedHeap<Owned>::make(buffer.begin(), buffer.size());
  Owned::task = 1;
  void* p = heap->allocate(100);
  Owned::task = 2;
  void* const q = heap->allocate_zeroed(20);
  Owned::task = 3;
  void* const r = heap->allocate_aligned(64, 64);
  EXPECT_EQ(heap->usable_size(q), 20U);
  for (const std::size_t size : {200U, 30U, 1000U}) {
    p = heap->reallocate(p, size);
    std::memset(p, 0xff, heap->usable_size(p));
    EXPECT_EQ(heap->owner_of(p), 1U);
  }
  EXPECT_EQ(heap->owner_of(q), 2U);
  EXPECT_EQ(heap->owner_of(r), 3U);
  EXPECT_EQ(heap->allocate(kMostSize), nullptr);
  EXPECT_EQ(heap->allocate(kMostSize - 3), nullptr);
}

struct Filled : FixedOptions {
  enum : unsigned { kFill = 1 };
};

TEST(FixedOptionsTest, BlocksAreFilled) {
  Buffer buffer(4096);
  auto* const heap = BasicFixedHeap<Filled>::make(buffer.begin(), buffer.size());
  auto* const p = static_cast<unsigned char*>(heap->allocate(200));
  for (std::size_t k = 0; k < 200; ++k) EXPECT_EQ(p[k], 0xa5);
  heap->free(p);
  // But for the record of the free span.
  for (std::size_t k = 16; k < 200; ++k) EXPECT_EQ(p[k], 0xdf);
}

struct Quick : FixedOptions {
  enum : unsigned { kQuickLengths = 4, kQuickMost = 2 };
};

TEST(FixedOptionsTest, QuickListsKeepFewAndGiveThemUpInNeed) {
  Buffer buffer(4096);
  auto* const heap = BasicFixedHeap<Quick>::make(buffer.begin(), buffer.size());
  heap->on_misuse([](void* context, const void*) { ++*static_cast<int*>(context); }, nullptr);
  const std::size_t largest = heap->statistics().largest_free;
  void* const p = heap->allocate(32);
  heap->free(p);
  EXPECT_EQ(heap->allocate(17), static_cast<std::byte*>(p) + 32) << "it waits for 25 to 32 bytes";
  EXPECT_EQ(heap->misuse_of(p), FixedMisuse::kDoubleFree);
  EXPECT_EQ(heap->allocate(30), p);
  heap->reset();
  heap->free(heap->allocate(24));
  EXPECT_NE(heap->allocate(largest), nullptr);
}

// A block that finds no other place grows over the free memory on both sides, and what it does not
// need of that is one span, also if it was on a quick list when the call began.
TEST(FixedQuick, ListsAreFreeMemoryWhenABlockGrowsOverBothSides) {
  struct Options : FixedOptions {
    enum : unsigned { kQuickLengths = 8 };
  };
  constexpr std::size_t kSize = 32;
  Buffer buffer(4096);
  auto* const heap = BasicFixedHeap<Options>::make(buffer.begin(), buffer.size());
  ASSERT_NE(heap, nullptr);
  std::vector<std::byte*> blocks;
  while (void* const p = heap->allocate(kSize)) blocks.push_back(static_cast<std::byte*>(p));
  std::sort(blocks.begin(), blocks.end());
  ASSERT_GT(blocks.size(), 9U);
  std::byte* const before = blocks[4];
  std::byte* const block = blocks[5];
  std::byte* const behind = blocks[6];
  ASSERT_EQ(block, before + kSize);
  ASSERT_EQ(behind, block + kSize);
  heap->free(before);
  ASSERT_EQ(words(heap->check()), "");  // which frees what is on the lists
  heap->free(behind);
  std::memset(block, 0x5a, kSize);
  auto* const grown = static_cast<std::byte*>(heap->reallocate(block, kSize + 24));
  EXPECT_EQ(grown, before);
  EXPECT_EQ(grown[kSize - 1], std::byte{0x5a});
  EXPECT_EQ(words(heap->check()), "");
}

}  // namespace
}  // namespace Atoll::test
