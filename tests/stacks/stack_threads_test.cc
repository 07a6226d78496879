// Stacks that wander between threads, each with a cache of its own. Built only for targets that
// have threads.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "tests/stacks/stack_world.h"

namespace Atoll::stacks {
namespace {

// Each stack is marked while it is in use; a thread that gets a marked one shares it with another.
TEST(StackThreads, NobodyIsGivenAStackThatSomebodyHas) {
  constexpr unsigned kThreads = 4;
  constexpr int kSteps = 2000;
  constexpr std::size_t kSizes = 3;
  constexpr std::size_t kExchange = 16;
  StackWorld world(port::native_spec());
  const std::uint64_t small = world.spec().fixed_stack;
  const std::array<std::uint64_t, kSizes> sizes{small, port::kStackCacheSize / 2,
                                                port::kStackCacheSize};
  // Where a thread leaves a stack for another to free.
  std::array<std::array<std::atomic<void*>, kExchange>, kSizes> exchange{};
  std::atomic<int> bad{0};

  const auto work = [&](unsigned number) {
    std::mt19937 random(number);
    StackCache cache{};
    StackHeap& stacks = world.stacks();
    for (int step = 0; step < kSteps; ++step) {
      const std::size_t i = random() % kSizes;
      const std::uint64_t bytes = sizes[i];
      StackCache* const use = random() % 8 == 0 ? nullptr : &cache;
      void* const p = stacks.allocate(use, bytes);
      if (p == nullptr) {
        ++bad;
        continue;
      }
      const auto tag = static_cast<unsigned char>(number + 1);
      std::memset(p, tag, static_cast<std::size_t>(bytes));
      if (random() % 16 == 0) std::this_thread::yield();
      const auto* const last = static_cast<unsigned char*>(p) + (bytes - 1);
      if (*static_cast<unsigned char*>(p) != tag || *last != tag) ++bad;
      void* const other = exchange[i][random() % kExchange].exchange(p);
      if (other != nullptr && stacks.free(use, other, bytes) != StackFree::kOk) ++bad;
      if (random() % 500 == 0 && stacks.flush(cache) != StackFree::kOk) ++bad;
      if (number == 0 && step % 100 == 0) stacks.set_collecting(random() % 2 == 0);
    }
    if (stacks.flush(cache) != StackFree::kOk) ++bad;
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(bad, 0);
  EXPECT_EQ(world.problem(), "");
  for (std::size_t i = 0; i < kSizes; ++i) {
    for (const std::atomic<void*>& place : exchange[i]) {
      void* const p = place.load();
      if (p == nullptr) continue;
      EXPECT_EQ(world.stacks().free(nullptr, p, sizes[i]), StackFree::kOk);
    }
  }
  world.stacks().set_collecting(false);
  EXPECT_TRUE(world.is_empty());
}

}  // namespace
}  // namespace Atoll::stacks
