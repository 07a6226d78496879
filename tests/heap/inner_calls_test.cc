// A system whose functions call the heap that called them: nothing hangs, and the heap stays
// consistent.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "os/decorators/forward.h"
#include "tests/heap/fixture.h"

namespace Atoll::test {
namespace {

// Uses the heap around each call for memory or the time.
class CallingOs final : public os::ForwardOs {
 public:
  explicit CallingOs(Heap& heap) : ForwardOs(os::native()), heap_(heap) {}

  // Objects for inner calls to free, one each.
  std::vector<void*> to_free;
  int calls = 0;
  bool is_over = false;

  os::Allocation reserve(Address hint, std::uint64_t size) override {
    use_heap();
    return ForwardOs::reserve(hint, size);
  }
  os::Status map(Address base, std::uint64_t size) override {
    use_heap();
    return ForwardOs::map(base, size);
  }
  os::Status used(Address base, std::uint64_t size) override {
    use_heap();
    return ForwardOs::used(base, size);
  }
  os::Status unused(Address base, std::uint64_t size) override {
    use_heap();
    return ForwardOs::unused(base, size);
  }
  os::Allocation alloc(std::uint64_t size) override {
    use_heap();
    return ForwardOs::alloc(size);
  }
  os::Status free(Address base, std::uint64_t size) override {
    use_heap();
    return ForwardOs::free(base, size);
  }
  std::uint64_t monotonic_nanoseconds() override {
    use_heap();
    return ForwardOs::monotonic_nanoseconds();
  }
  bool at_thread_exit(os::ThreadExitFunction function, void* argument) override {
    use_heap();
    return ForwardOs::at_thread_exit(function, argument);
  }

 private:
  void use_heap() {
    if (is_over || !heap_.is_initialised()) return;
    if (!heap_.is_inner()) {
      // At the end of its start the heap serves calls already.
      heap_.free(heap_.allocate(100));
      return;
    }
    ++calls;
    EXPECT_EQ(heap_.allocate(100), nullptr);
    EXPECT_EQ(heap_.allocate(100'000), nullptr);
    EXPECT_EQ(heap_.allocate_zeroed(1000), nullptr);
    EXPECT_EQ(heap_.allocate_aligned(100, 64), nullptr);
    EXPECT_EQ(heap_.statistics().sys, 0U);
    EXPECT_EQ(heap_.scavenge(), 0U);
    EXPECT_EQ(heap_.stack_allocate(32 << 10).base, nullptr);
    EXPECT_FALSE(heap_.before_fork());
    EXPECT_FALSE(heap_.is_forking());
    heap_.after_fork_in_parent();
    heap_.flush_thread();
    if (to_free.empty()) return;
    void* const p = to_free.back();
    to_free.pop_back();
    const std::size_t size = heap_.usable_size(p);
    EXPECT_GE(size, 8U);
    EXPECT_EQ(heap_.reallocate(p, size), p);
    EXPECT_EQ(heap_.reallocate(p, size * 4), nullptr);
    heap_.free(p);
  }

  Heap& heap_;
};

class InnerCalls : public HeapTest {
 protected:
  InnerCalls() { options_.objects.tiny = false; }
  ~InnerCalls() override { heap_.destroy(); }

  CallingOs os_{heap_};
};

TEST_F(InnerCalls, FindNothingAndBreakNothing) {
  options_.pages.scavenge_delay = 0;
  start_again(os_);
  EXPECT_GT(os_.calls, 0);
  for (int round = 0; round < 5; ++round) {
    for (const std::size_t size : {16U, 200U, 5000U, 30'000U, 100'000U, 1'000'000U}) {
      for (int i = 0; i < 3; ++i) os_.to_free.push_back(heap_.allocate(size));
    }
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < 3000; ++i) {
      blocks.push_back(heap_.allocate(i * 37 % 40'000 + 1));
      ASSERT_NE(blocks.back(), nullptr);
      std::memset(blocks.back(), 1, 1);
    }
    for (void* const p : blocks) heap_.free(p);
    heap_.free(heap_.allocate(std::size_t{4} << 20));
    (void)heap_.scavenge();
    EXPECT_EQ(text(heap_.check()), "");
  }
  os_.is_over = true;
  for (void* const p : os_.to_free) heap_.free(p);
  EXPECT_EQ(objects(), 0U);
}

// Objects that were put aside are free when the call ends, even if freeing them puts more aside.
TEST_F(InnerCalls, FreeWhenTheOuterCallEnds) {
  options_.pages.scavenge_delay = 0;
  start_again(os_);
  std::vector<void*> large;
  for (int i = 0; i < 60; ++i) large.push_back(heap_.allocate(100'000));
  EXPECT_EQ(objects(), large.size());
  os_.to_free = large;
  for (int i = 0; i < 100 && !os_.to_free.empty(); ++i) heap_.free(heap_.allocate(4'000'000));
  EXPECT_TRUE(os_.to_free.empty() || !heap_.platform().machine.can_shrink);
  EXPECT_EQ(objects(), os_.to_free.size());
  os_.is_over = true;
  for (void* const p : os_.to_free) heap_.free(p);
}

// Between before_fork() and after_fork_*(), all calls are inner calls.
TEST_F(InnerCalls, AreAllThatAThreadMakesWhileItForks) {
  os_.is_over = true;
  void* const before = heap_.allocate(100);
  ASSERT_TRUE(heap_.before_fork());
  EXPECT_TRUE(heap_.is_forking());
  EXPECT_TRUE(heap_.is_inner());
  EXPECT_EQ(heap_.allocate(100), nullptr);
  heap_.free(before);
  // A signal handler that forks meanwhile takes and releases no locks.
  EXPECT_FALSE(heap_.before_fork());
  EXPECT_FALSE(heap_.is_forking());
  heap_.after_fork_in_parent();
  EXPECT_TRUE(heap_.is_forking());
  heap_.after_fork_in_parent();
  EXPECT_FALSE(heap_.is_forking());
  EXPECT_FALSE(heap_.is_inner());
  EXPECT_EQ(objects(), 0U);
  void* const after = heap_.allocate(100);
  EXPECT_NE(after, nullptr);
  heap_.free(after);
}

}  // namespace
}  // namespace Atoll::test
