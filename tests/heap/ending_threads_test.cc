// The end of a process with another thread that is gone. Built only for targets that have threads.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/heap/ending.h"

namespace Atoll::test {
namespace {

TEST_F(Ending, ObjectsOfAThreadThatIsGoneCanBeFreed) {
  std::vector<void*> objects;
  std::thread([&] {
    for (int i = 0; i < 5000; ++i) objects.push_back(heap_.allocate(64));
    for (int i = 0; i < 100; ++i) objects.push_back(heap_.allocate(10'000));
  }).join();
  end_with_all_locks_held();
  for (void* const object : objects) heap_.free(object);
}

// More calls follow, and no other thread needs the memory of its cache.
TEST_F(Ending, TheLastThreadKeepsItsCache) {
  const std::uint64_t of_one = heap_.statistics().mcache_in_use;
  std::thread([&] {
    void* const p = heap_.allocate(64);
    heap_.free(p);
    os_.end();
  }).join();
  EXPECT_EQ(heap_.statistics().mcache_in_use, 2 * of_one);
}

}  // namespace
}  // namespace Atoll::test
