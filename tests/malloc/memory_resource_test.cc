// Atoll::MemoryResource, as containers of std::pmr use it. Compiled with and without exceptions.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory_resource>
#include <new>
#include <string>
#include <vector>

#include "src/malloc/atoll.hpp"

namespace {

class MemoryResourceTest : public testing::Test {
 public:
  MemoryResourceTest() { EXPECT_EQ(heap_.init(Atoll::os::native()).view(), ""); }
  ~MemoryResourceTest() override {
    EXPECT_EQ(heap_.statistics().heap_objects, 0);
    EXPECT_EQ(heap_.check().view(), "");
  }

 protected:
  Atoll::Heap heap_;
};

TEST_F(MemoryResourceTest, ContainersHaveTheirMemoryFromTheHeap) {
  Atoll::MemoryResource resource(heap_);
  std::pmr::map<int, std::pmr::string> texts(&resource);
  for (int i = 0; i < 100; ++i) texts.emplace(i, std::string(100, 'x'));
  EXPECT_TRUE(heap_.find_object(texts.find(50)->second.data()));
  EXPECT_EQ(heap_.statistics().heap_objects, 2 * 100);
}

TEST_F(MemoryResourceTest, WithoutAHeapItIsTheProcesss) {
  Atoll::MemoryResource resource;
  EXPECT_EQ(resource.heap(), Atoll::process_heap());
  const std::pmr::vector<int> numbers(1000, 7, &resource);
  EXPECT_TRUE(Atoll::process_heap()->find_object(numbers.data()));
}

TEST_F(MemoryResourceTest, EqualityIsThatOfHeaps) {
  const Atoll::MemoryResource one(heap_);
  const Atoll::MemoryResource other(heap_);
  const Atoll::MemoryResource process;
  EXPECT_EQ(one, one);
  EXPECT_NE(one, process);
  EXPECT_NE(one, *std::pmr::null_memory_resource());
#if defined(__cpp_rtti)
  EXPECT_EQ(one, other);
#endif
}

TEST_F(MemoryResourceTest, EveryAlignmentIsKeptAlsoOfSizesThatAreNoMultiple) {
  Atoll::MemoryResource resource(heap_);
  for (std::size_t alignment = 1; alignment <= 65536; alignment *= 2) {
    for (const auto size : std::to_array<std::size_t>({0, 1, 12, 100, 5000, 40000})) {
      void* const p = resource.allocate(size, alignment);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % alignment, 0) << size << " at " << alignment;
      resource.deallocate(p, size, alignment);
    }
  }
}

#if defined(__cpp_exceptions)
TEST_F(MemoryResourceTest, WithoutMemoryItThrows) {
  const volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  Atoll::MemoryResource resource(heap_);
  EXPECT_THROW(static_cast<void>(resource.allocate(most)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(resource.allocate(most - 100, 4096)), std::bad_alloc);
}
#elif GTEST_HAS_DEATH_TEST
TEST_F(MemoryResourceTest, WithoutMemoryItTellsAndAborts) {
  const volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  Atoll::MemoryResource resource(heap_);
  EXPECT_DEATH(static_cast<void>(resource.allocate(most)), "atoll: memory resource: no memory");
}
#endif

}  // namespace
