// Workloads notice damage to their blocks.

#include "bench/workloads/block.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace {

using Atoll::bench::allocate;
using Atoll::bench::Block;
using Atoll::bench::release;
using Atoll::bench::write_marks;

constexpr const char* kMessage = "a block changed while it was in use";

TEST(BlockTest, OfAnySizeIsFoundUnchanged) {
  for (std::size_t size = 1; size <= 3 * 4096 + 20; ++size) release(allocate(size));
}

TEST(BlockDeathTest, ChangedAtItsBeginning) {
  const Block block = allocate(100);
  ++block.data[3];
  EXPECT_EXIT(release(block), testing::ExitedWithCode(1), kMessage);
  --block.data[3];
  release(block);
}

TEST(BlockDeathTest, ChangedAtItsEnd) {
  for (const std::size_t size : {1U, 7U, 8U, 9U, 4096U, 4104U}) {
    const Block block = allocate(size);
    ++block.data[size - 1];
    EXPECT_EXIT(release(block), testing::ExitedWithCode(1), kMessage) << size;
    --block.data[size - 1];
    release(block);
  }
}

TEST(BlockDeathTest, ChangedInAnyPage) {
  const Block block = allocate(20'000);
  for (const std::size_t at : {4096U, 8192U, 16384U}) {
    ++block.data[at];
    EXPECT_EXIT(release(block), testing::ExitedWithCode(1), kMessage) << at;
    --block.data[at];
  }
  release(block);
}

TEST(BlockDeathTest, OverlappedByItsNeighbour) {
  const Block whole = allocate(256);
  const Block low = {.data = whole.data, .size = 136};
  const Block high = {.data = whole.data + 128, .size = 128};
  write_marks(low);
  write_marks(high);
  EXPECT_EXIT(check_marks(low), testing::ExitedWithCode(1), kMessage);
  write_marks(whole);
  release(whole);
}

}  // namespace
