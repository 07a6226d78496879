// The work of a fork's child before it can use the heap grows no faster than the number of
// threads that the parent has, however many spans these hold.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "src/heap/heap.h"
#include "tests/instructions/counter.h"

namespace Atoll::test {
namespace {

constexpr std::size_t kSmallest = 16;
constexpr std::size_t kLargest = 2048;

// So many threads hold a span of each of some sizes, and `work` is done in the child of a fork.
std::optional<std::uint64_t> count_in_child(unsigned threads, void (*work)(void* heap)) {
  Heap heap;
  HeapOptions options;
  options.objects.most_stocked = 512 << 10;
  EXPECT_TRUE(heap.init(os::native(), options).view().empty());
  std::atomic<unsigned> ready{0};
  std::atomic<bool> is_over{false};
  std::vector<std::thread> all;
  for (unsigned i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      for (std::size_t size = kSmallest; size <= kLargest; size *= 2) (void)heap.allocate(size);
      ++ready;
      is_over.wait(false);
    });
  }
  while (ready != threads) std::this_thread::yield();
  heap.before_fork();
  const std::optional<std::uint64_t> count = count_instructions(work, &heap);
  heap.after_fork_in_parent();
  is_over = true;
  is_over.notify_all();
  for (std::thread& thread : all) thread.join();
  return count;
}

void expect_linear(void (*work)(void* heap)) {
  constexpr unsigned kThreads = 24;
  const auto of_few = count_in_child(kThreads, work);
  const auto of_many = count_in_child(4 * kThreads, work);
  ASSERT_TRUE(of_few && of_many) << "processes cannot be stepped here";
  EXPECT_LE(*of_many, 5 * *of_few);
}

TEST(Fork, ReadiesTheChildInTimeProportionalToThreads) {
  expect_linear([](void* heap) { static_cast<Heap*>(heap)->after_fork_in_child(); });
}

TEST(Fork, FindsSpansOfAClassInTimeProportionalToThreads) {
  expect_linear([](void* heap) {
    static_cast<Heap*>(heap)->after_fork_in_child();
    for (std::size_t size = kSmallest; size <= kLargest; size *= 2) {
      if (static_cast<Heap*>(heap)->allocate(size) == nullptr) _exit(1);
    }
  });
}

// Hardly anything, for what most children do.
TEST(Fork, LooksAtNoSpanBeforeItIsNeeded) {
  constexpr unsigned kThreads = 64;
  const auto count =
      count_in_child(kThreads, [](void* heap) { static_cast<Heap*>(heap)->after_fork_in_child(); });
  ASSERT_TRUE(count) << "processes cannot be stepped here";
  EXPECT_LE(*count, 100 * kThreads + 5000);
}

}  // namespace
}  // namespace Atoll::test
