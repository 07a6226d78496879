// The C functions, called by several threads at once.

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include "src/malloc/atoll.h"

namespace {

TEST(AtollThreadsTest, AnyThreadFreesWhatAnyOtherHasAllocated) {
  constexpr int kThreads = 4;
  constexpr int kObjects = 2000;
  atoll_heap* const heap = atoll_heap_create(nullptr, nullptr, 0);
  std::array<std::array<void*, kObjects>, kThreads> objects{};
  std::array<std::array<void*, kObjects>, kThreads> others{};
  const auto in_threads = [](auto work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
  };
  in_threads([&](int t) {
    for (int i = 0; i < kObjects; ++i) {
      const auto size = static_cast<std::size_t>(i % 500 + 1);
      objects[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)] =
          atoll_heap_malloc(heap, size);
      others[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)] = atoll_calloc(1, size);
    }
  });
  in_threads([&](int t) {
    const auto from = static_cast<std::size_t>((t + 1) % kThreads);
    for (void* const p : objects[from]) atoll_heap_free(heap, p);
    for (void* const p : others[from]) atoll_free(p);
  });
  atoll_statistics statistics{};
  statistics.size = sizeof statistics;
  atoll_heap_statistics(heap, &statistics);
  EXPECT_EQ(statistics.heap_objects, 0);
  EXPECT_GE(statistics.mallocs, kThreads * kObjects);
  std::array<char, 300> wrong{};
  EXPECT_EQ(atoll_heap_check(heap, wrong.data(), wrong.size()), 0) << wrong.data();
  EXPECT_EQ(atoll_heap_check(atoll_process_heap(), wrong.data(), wrong.size()), 0) << wrong.data();
  atoll_heap_destroy(heap);
}

}  // namespace
