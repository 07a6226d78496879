// A program of Windows that is linked with atoll.dll before the C runtime: its malloc() and its
// operator new are Atoll's, and it can still free the runtime's own pointers.

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "src/malloc/atoll.h"

namespace {

bool is_atolls(const void* p) { return atoll_usable_size(p) != 0; }

std::uint64_t objects_in_use() {
  atoll_statistics statistics{};
  statistics.size = sizeof statistics;
  atoll_heap_statistics(atoll_process_heap(), &statistics);
  return statistics.heap_objects;
}

TEST(WindowsLinkedTest, MallocAndItsKinAreAtolls) {
  void* p = std::malloc(100);
  EXPECT_TRUE(is_atolls(p));
  EXPECT_EQ(_msize(p), 112);
  EXPECT_EQ(_expand(p, 112), p);
  EXPECT_EQ(_expand(p, 113), nullptr);
  p = std::realloc(p, 1000);
  EXPECT_TRUE(is_atolls(p));
  std::free(p);
  p = std::calloc(10, 100);
  EXPECT_TRUE(is_atolls(p));
  const std::size_t before = _msize(p);
  std::memset(p, 0xa5, before);
  auto* const grown = static_cast<unsigned char*>(_recalloc(p, 100, 100));
  ASSERT_TRUE(is_atolls(grown));
  EXPECT_EQ(grown[before - 1], 0xa5);
  for (std::size_t i = before; i < 10'000; ++i) ASSERT_EQ(grown[i], 0) << i;
  std::free(grown);
}

TEST(WindowsLinkedTest, SoIsAlignedMemory) {
  void* p = _aligned_malloc(100, 4096);
  EXPECT_TRUE(is_atolls(p));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 4096, 0);
  std::memset(p, 0xa5, 100);
  p = _aligned_realloc(p, 10'000, 8192);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 8192, 0);
  EXPECT_EQ(static_cast<unsigned char*>(p)[99], 0xa5);
  _aligned_free(p);
  _aligned_free(nullptr);
}

TEST(WindowsLinkedTest, SoIsOperatorNew) {
  const auto numbers = std::make_unique<std::array<int, 100>>();
  EXPECT_TRUE(is_atolls(numbers.get()));
}

TEST(WindowsLinkedTest, WhatTheRuntimeHasAllocatedIsItsOwnAndCanBeFreed) {
  char* text = _strdup("the runtime's");
  ASSERT_NE(text, nullptr);
  EXPECT_FALSE(is_atolls(text));
  EXPECT_GE(_msize(text), 14);
  text = static_cast<char*>(std::realloc(text, 1000));
  EXPECT_STREQ(text, "the runtime's");
  std::free(text);
  _aligned_free(_aligned_offset_malloc(100, 64, 8));
}

TEST(WindowsLinkedTest, ThreadsGiveBackWhatTheyCached) {
  constexpr std::size_t kThreads = 4;
  const std::uint64_t before = objects_in_use();
  for (int round = 0; round < 20; ++round) {
    std::array<std::vector<void*>, kThreads> objects;
    const auto in_threads = [](auto work) {
      std::vector<std::thread> threads;
      for (std::size_t i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
      for (std::thread& thread : threads) thread.join();
    };
    in_threads([&](std::size_t i) {
      for (std::size_t size = 1; size < 1000; ++size) objects[i].push_back(std::malloc(size));
    });
    in_threads([&](std::size_t i) {
      for (void* const p : objects[(i + 1) % kThreads]) std::free(p);
    });
  }
  // The runtime and the C++ library may keep something of their own.
  EXPECT_LT(objects_in_use(), before + 100);
  std::array<char, 300> wrong{};
  EXPECT_EQ(atoll_heap_check(atoll_process_heap(), wrong.data(), wrong.size()), 0) << wrong.data();
}

}  // namespace
