// The functions for C do what their namesakes do.
#include <gtest/gtest.h>

#include <cstring>

#include "src/fixed/atoll_fixed.h"
#include "tests/fixed/buffer.h"

namespace Atoll::test {
namespace {

TEST(FixedForC, DoesWhatTheHeapDoes) {
  Buffer buffer(8 << 10);
  Buffer second(8 << 10);
  const char* why = nullptr;
  EXPECT_EQ(atoll_fixed_make(nullptr, 100, &why), nullptr);
  EXPECT_STREQ(why, "the buffer is null");
  atoll_fixed* const heap = atoll_fixed_make(buffer.begin(), buffer.size(), &why);
  ASSERT_NE(heap, nullptr);
  EXPECT_EQ(why, nullptr);
  EXPECT_EQ(atoll_fixed_add(heap, second.begin(), second.size()), nullptr);

  auto* p = static_cast<char*>(atoll_fixed_malloc(heap, 100));
  std::memcpy(p, "contents", sizeof "contents");
  p = static_cast<char*>(atoll_fixed_realloc(heap, p, 1000));
  EXPECT_STREQ(p, "contents");
  EXPECT_EQ(atoll_fixed_usable_size(heap, p), 1000U);
  EXPECT_EQ(atoll_fixed_owns(heap, p), 1);
  EXPECT_STREQ(atoll_fixed_misuse_of(heap, p), "");
  EXPECT_STREQ(atoll_fixed_misuse_of(heap, p + 8), "free of a pointer inside of an object");
  EXPECT_EQ(atoll_fixed_aligned_alloc(heap, 3, 10), nullptr);
  void* const aligned = atoll_fixed_aligned_alloc(heap, 256, 10);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % 256, 0U);

  std::size_t blocks = 0;
  atoll_fixed_for_each_block(
      heap, [](void* context, void*, std::size_t) { ++*static_cast<std::size_t*>(context); },
      &blocks);
  EXPECT_EQ(blocks, 2U);
  atoll_fixed_statistics statistics;
  atoll_fixed_get_statistics(heap, &statistics);
  EXPECT_EQ(statistics.heap_objects, 2U);
  EXPECT_EQ(statistics.alloc, 1016U);

  int told = 0;
  atoll_fixed_on_misuse(
      heap, [](void* context, const void*) { ++*static_cast<int*>(context); }, &told);
  atoll_fixed_free(heap, p);
  atoll_fixed_free(heap, p);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(atoll_fixed_check(heap), nullptr);
  atoll_fixed_reset(heap);
  EXPECT_EQ(atoll_fixed_owns(heap, aligned), 0);
}

TEST(FixedForC, MultipliesWithCare) {
  Buffer buffer(8 << 10);
  atoll_fixed* const heap = atoll_fixed_make(buffer.begin(), buffer.size(), nullptr);
  for (const std::size_t a : {std::size_t{0}, std::size_t{2}, std::size_t{3}, kMostSize,
                              kMostSize / 2 + 1, kMostSize / 16 + 2}) {
    for (const std::size_t b :
         {kMostSize, kMostSize / 2 + 1, kMostSize / 2 + 2, kMostSize / 3 + 1}) {
      EXPECT_EQ(atoll_fixed_calloc(heap, a, b), nullptr) << a << " times " << b;
      EXPECT_EQ(atoll_fixed_calloc(heap, b, a), nullptr) << b << " times " << a;
    }
  }
  for (const std::size_t a : {1U, 3U, 7U, 64U}) {
    void* const p = atoll_fixed_calloc(heap, a, 40);
    EXPECT_EQ(atoll_fixed_usable_size(heap, p), 40 * a);
  }
}

}  // namespace
}  // namespace Atoll::test
