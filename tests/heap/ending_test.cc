// The end of a process in which the system has ended the other threads, wherever they were. Locks
// that these held stay held, and no thread may wait for them.
#include "tests/heap/ending.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace Atoll::test {
namespace {

TEST_F(Ending, WhereNobodyHeldALockTheHeapWorksAsEver) {
  void* const before = heap_.allocate(100'000);
  os_.end();
  EXPECT_FALSE(heap_.is_abandoned());
  heap_.free(before);
  void* const p = heap_.allocate(1 << 20);
  ASSERT_NE(p, nullptr);
  std::vector<void*> objects;
  for (int i = 0; i < 5000; ++i) objects.push_back(heap_.allocate(64));
  EXPECT_EQ(std::count(objects.begin(), objects.end(), nullptr), 0);
  EXPECT_EQ(heap_.statistics().heap_objects, 5001U);
  for (void* const object : objects) heap_.free(object);
  heap_.free(p);
  EXPECT_EQ(heap_.statistics().heap_objects, 0U);
  EXPECT_EQ(heap_.scavenge() > 0, heap_.platform().machine.can_shrink);
  EXPECT_EQ(text(heap_.check()), "");
}

TEST_F(Ending, ItIsNotAbandonedBeforeTheEnd) {
  heap_.before_fork();
  EXPECT_FALSE(heap_.is_abandoned());
  heap_.after_fork_in_parent();
}

TEST_F(Ending, WhatIsFreedIsLostWhereALockIsHeld) {
  std::vector<void*> objects;
  for (int i = 0; i < 5000; ++i) objects.push_back(heap_.allocate(64));
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{3000}, std::size_t{30'000}, std::size_t{1} << 20}) {
    objects.push_back(heap_.allocate(size));
  }
  end_with_all_locks_held();
  for (void* const object : objects) heap_.free(object);
  EXPECT_EQ(heap_.scavenge(), 0U);
  heap_.flush_thread();
  EXPECT_GT(heap_.statistics().heap_in_use, 0U);
}

TEST_F(Ending, NothingIsHandedOutWhereALockIsHeld) {
  auto* const p = static_cast<char*>(heap_.allocate(100'000));
  std::fill_n(p, 100'000, 'a');
  void* const small = heap_.allocate(100);
  const StackMemory stack = heap_.stack_allocate(32 << 10);
  ASSERT_NE(stack.base, nullptr);
  end_with_all_locks_held();
  EXPECT_EQ(heap_.allocate(100), nullptr);
  EXPECT_EQ(heap_.allocate(5000), nullptr);
  EXPECT_EQ(heap_.allocate(1 << 20), nullptr);
  EXPECT_EQ(heap_.allocate_zeroed(1 << 20), nullptr);
  EXPECT_EQ(heap_.allocate_aligned(100, 4096), nullptr);
  EXPECT_EQ(heap_.reallocate(small, 5000), nullptr);
  EXPECT_EQ(heap_.reallocate(p, 300'000), nullptr);
  EXPECT_EQ(std::count(p, p + 100'000, 'a'), 100'000);
  heap_.stack_free(stack);
  EXPECT_EQ(heap_.stack_allocate(32 << 10).base, nullptr);
}

}  // namespace
}  // namespace Atoll::test
