// Large blocks that grow and shrink, on every kernel, because kernels and page sizes make a
// difference for them. It uses the functions behind the C library's names, because only the host
// has these names.
#include "tests/malloc/large_reallocs.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "src/malloc/malloc.h"

namespace Atoll::test {
namespace {

constexpr ReallocFamily kFamily = {.realloc = &malloc_family::reallocate,
                                   .free = &malloc_family::release};

// As many as an emulated machine makes in some seconds. --gtest_repeat makes more: each round has
// requests of its own.
constexpr std::uint64_t kCount = 1500;
std::uint64_t next_seed = 1;

TEST(LargeReallocs, TwoBlocksGrowInTurn) { grow_two_in_turn(kFamily); }
TEST(LargeReallocs, OfOneThread) { reallocate_at_random(kFamily, next_seed++, kCount, 1); }
TEST(LargeReallocs, OfThreeThreads) { reallocate_at_random(kFamily, next_seed++, kCount, 3); }

}  // namespace
}  // namespace Atoll::test
