// A program that tells itself where malloc()'s memory is.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "src/malloc/firmware/firmware_malloc.h"

namespace {

// "Fast" memory that does not begin at a multiple of 8, a region that is too small for anything,
// and one that is longer than an index of 16 bits reaches.
alignas(8) constinit std::byte fast[(96 << 10) + 3] = {};
alignas(8) constinit std::byte tiny[20] = {};
alignas(8) constinit std::byte slow[3 << 20] = {};

constexpr std::size_t kSkipped = 3;

bool is_in(const void* p, const std::byte* begin, std::size_t size) {
  const auto* const byte = static_cast<const std::byte*>(p);
  return byte >= begin && byte < begin + size;
}

}  // namespace

int atoll_malloc_region(unsigned number, void** begin, std::size_t* size) {
  struct Region {
    std::byte* begin;
    std::size_t size;
  };
  const Region regions[] = {
      {fast + kSkipped, sizeof fast - kSkipped}, {tiny, sizeof tiny}, {slow, sizeof slow}};
  if (number >= 3) return 0;
  *begin = regions[number].begin;
  *size = regions[number].size;
  return 1;
}

namespace Atoll::test {
namespace {

TEST(FirmwareRegions, AreUsedInTheirOrder) {
  std::vector<void*> blocks;
  blocks.reserve(4000);
  bool is_slow = false;
  std::size_t in_slow = 0;
  while (void* const block = malloc(1000)) {
    blocks.push_back(block);
    if (is_in(block, slow, sizeof slow)) {
      is_slow = true;
      ++in_slow;
    } else {
      EXPECT_TRUE(is_in(block, fast, sizeof fast));
      EXPECT_FALSE(is_slow) << "fast memory came behind slow memory";
    }
  }
  // Less than 3 % of each are lost.
  EXPECT_GT(in_slow * 1000, sizeof slow / 100 * 97);
  EXPECT_GT((blocks.size() - in_slow) * 1000, sizeof fast / 2);
  atoll_fixed_statistics statistics;
  atoll_fixed_get_statistics(atoll_malloc_heap(), &statistics);
  EXPECT_GT(statistics.sys, sizeof fast + sizeof slow - 1000);
  for (void* const block : blocks) free(block);
  EXPECT_EQ(atoll_fixed_check(atoll_malloc_heap()), nullptr);
}

}  // namespace
}  // namespace Atoll::test
