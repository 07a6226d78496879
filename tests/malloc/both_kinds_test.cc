// One program of code with exceptions and RTTI and code without: each has the faces it was compiled
// with.

#include <gtest/gtest.h>

#include <limits>
#include <new>

#include "src/malloc/atoll.hpp"
#include "tests/malloc/without_exceptions.h"

namespace {

class BothKindsTest : public testing::Test {
 public:
  BothKindsTest() { EXPECT_EQ(heap_.init(Atoll::os::native()).view(), ""); }

 protected:
  Atoll::Heap heap_;
};

TEST_F(BothKindsTest, OneHeapServesBoth) {
  const std::vector<char, Atoll::Allocator<char>> characters(1000, 'x', heap_);
  EXPECT_EQ(Atoll::test::use_without_exceptions(heap_), 3 * 1024);
}

TEST_F(BothKindsTest, EachFailsInItsOwnWay) {
  const volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  Atoll::Allocator<int> allocator(heap_);
  EXPECT_THROW(static_cast<void>(allocator.allocate(most)), std::bad_alloc);
  EXPECT_DEATH(Atoll::test::exhaust_without_exceptions(heap_), "atoll: allocator: no memory");
}

TEST_F(BothKindsTest, ResourcesOfCodeWithoutRttiAreEqualToThemselvesOnly) {
  const Atoll::MemoryResource resource(heap_);
  const std::pmr::memory_resource& other = Atoll::test::resource_without_rtti(heap_);
  EXPECT_TRUE(other.is_equal(other));
  EXPECT_FALSE(other.is_equal(resource));
}

}  // namespace
