// Atoll::Allocator, as containers use it. Compiled with and without exceptions.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "src/malloc/atoll.hpp"

namespace {

namespace atoll = Atoll;  // as atoll.hpp says

template <typename T>
using Vector = std::vector<T, atoll::Allocator<T>>;
using Text = std::basic_string<char, std::char_traits<char>, atoll::Allocator<char>>;

using Traits = std::allocator_traits<atoll::Allocator<int>>;
static_assert(!Traits::is_always_equal::value);
static_assert(!Traits::propagate_on_container_copy_assignment::value);
static_assert(Traits::propagate_on_container_move_assignment::value);
static_assert(Traits::propagate_on_container_swap::value);
static_assert(std::is_same_v<Traits::rebind_alloc<char>, atoll::Allocator<char>>);
static_assert(std::is_nothrow_copy_constructible_v<atoll::Allocator<int>>);
static_assert(std::is_nothrow_default_constructible_v<atoll::Allocator<int>>);

template <typename T>
bool is_aligned(const T* p) {
  return reinterpret_cast<std::uintptr_t>(p) % alignof(T) == 0;
}

class AllocatorTest : public testing::Test {
 public:
  AllocatorTest() { EXPECT_EQ(heap_.init(Atoll::os::native()).view(), ""); }
  ~AllocatorTest() override {
    heap_.flush_thread();  // which may have a block for tiny objects
    EXPECT_EQ(heap_.statistics().heap_objects, 0);
    EXPECT_EQ(heap_.check().view(), "");
  }

 protected:
  static bool is_of(Atoll::Heap& heap, const void* p) {
    return static_cast<bool>(heap.find_object(p));
  }

  Atoll::Heap heap_;
};

TEST_F(AllocatorTest, ContainersHaveTheirMemoryFromTheirHeap) {
  const Vector<int> numbers(1000, 7, heap_);
  EXPECT_TRUE(is_of(heap_, numbers.data()));

  std::map<int, Text, std::less<>, atoll::Allocator<std::pair<const int, Text>>> texts(heap_);
  for (int i = 0; i < 100; ++i) texts.emplace(i, Text(100, 'x', heap_));
  EXPECT_TRUE(is_of(heap_, &*texts.begin()));
  EXPECT_TRUE(is_of(heap_, texts.find(50)->second.data()));
  EXPECT_EQ(heap_.statistics().heap_objects, 1 + 2 * 100);
}

TEST_F(AllocatorTest, WithoutAHeapItIsTheProcesss) {
  Vector<int> numbers(1000, 7);
  EXPECT_EQ(numbers.get_allocator().heap(), Atoll::process_heap());
  EXPECT_TRUE(is_of(*Atoll::process_heap(), numbers.data()));
  EXPECT_EQ(atoll::Allocator<char>(), atoll::Allocator<int>());
}

TEST_F(AllocatorTest, AllocatorsAreEqualIfTheirHeapsAre) {
  const atoll::Allocator<int> mine(heap_);
  const atoll::Allocator<char> rebound(mine);
  EXPECT_EQ(mine, rebound);
  EXPECT_NE(mine, atoll::Allocator<int>());
  atoll::Allocator<int> a(heap_);
  atoll::Allocator<int> b(a);
  b.deallocate(a.allocate(10), 10);
}

TEST_F(AllocatorTest, AssigningByCopyKeepsTheHeapMovingAndSwappingTakeItOver) {
  const Vector<int> source(100, 7, heap_);
  Vector<int> copy;
  copy = source;
  EXPECT_EQ(copy.get_allocator().heap(), Atoll::process_heap());
  EXPECT_EQ(copy, source);
  EXPECT_EQ(Vector<int>(source).get_allocator().heap(), &heap_);

  Vector<int> moved;
  {
    Vector<int> temporary(source);
    const int* const elements = temporary.data();
    moved = std::move(temporary);
    EXPECT_EQ(moved.data(), elements);
  }
  EXPECT_EQ(moved.get_allocator().heap(), &heap_);

  copy.swap(moved);
  EXPECT_EQ(copy.get_allocator().heap(), &heap_);
  EXPECT_EQ(moved.get_allocator().heap(), Atoll::process_heap());
}

TEST_F(AllocatorTest, EveryAlignmentIsKept) {
  struct Odd {
    char bytes[12];
  };
  struct alignas(4) Four {
    char bytes[4];
  };
  struct alignas(16) Sixteen {
    char bytes[48];
  };
  struct alignas(64) Line {
    char bytes[64];
  };
  // Windows knows no more.
  struct alignas(8192) Wide {
    char bytes[8192];
  };
  const Vector<Odd> odd(1, heap_);
  for (std::size_t count = 1; count <= 40; ++count) {
    EXPECT_TRUE(is_aligned(Vector<double>(count, heap_).data()));
    EXPECT_TRUE(is_aligned(Vector<Four>(count, heap_).data()));
    EXPECT_TRUE(is_aligned(Vector<Sixteen>(count, heap_).data()));
    EXPECT_TRUE(is_aligned(Vector<Line>(count, heap_).data()));
    EXPECT_TRUE(is_aligned(Vector<Wide>(count % 4 + 1, heap_).data()));
  }
}

TEST_F(AllocatorTest, NothingIsAnObjectToo) {
  atoll::Allocator<int> allocator(heap_);
  int* const p = allocator.allocate(0);
  EXPECT_NE(p, nullptr);
  allocator.deallocate(p, 0);
}

#if defined(__cpp_exceptions)

TEST_F(AllocatorTest, WithoutMemoryItThrowsAndTheContainerStays) {
  const volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  atoll::Allocator<int> allocator(heap_);
  EXPECT_THROW(static_cast<void>(allocator.allocate(most / 4 - 1)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(allocator.allocate(most)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(allocator.allocate(most / 4 + 2)), std::bad_alloc);

  Vector<char> characters(10, 'x', heap_);
  bool has_thrown = false;
  try {
    characters.reserve(characters.max_size());
  } catch (const std::bad_alloc&) {
    has_thrown = true;
  }
  // Some 32-bit systems have this much: 2 GiB.
  EXPECT_EQ(has_thrown, characters.capacity() < characters.max_size());
  EXPECT_EQ(characters, Vector<char>(10, 'x', heap_));
}

#elif GTEST_HAS_DEATH_TEST

using AllocatorDeathTest = AllocatorTest;

TEST_F(AllocatorDeathTest, WithoutMemoryItTellsAndAborts) {
  const volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  atoll::Allocator<int> allocator(heap_);
  EXPECT_DEATH(static_cast<void>(allocator.allocate(most / 4 - 1)),
               "atoll: allocator: no memory for [0-9]+ bytes");
  EXPECT_DEATH(static_cast<void>(allocator.allocate(most / 4 + 2)), "atoll: allocator: no memory");
}

#endif

}  // namespace
