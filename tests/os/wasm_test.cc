// WebAssembly's one memory, which others grow too: libc's malloc, and here the test.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "os/os.h"

namespace Atoll::os::test {
namespace {

constexpr std::uint64_t kPage = 65536;
constexpr std::uint64_t kGigabyte = std::uint64_t{1} << 30;
constexpr bool kIsWide = sizeof(void*) == 8;

std::uint64_t memory_size() { return std::uint64_t{__builtin_wasm_memory_size(0)} * kPage; }

// Plays other code that needs memory.
Range grow_by_others(std::uint64_t size) {
  const std::size_t before = __builtin_wasm_memory_grow(0, static_cast<std::size_t>(size / kPage));
  EXPECT_NE(before, static_cast<std::size_t>(-1));
  return {Address(std::uint64_t{before} * kPage), size};
}

void fill(Range range, int byte) {
  std::memset(range.base.pointer(), byte, static_cast<std::size_t>(range.size));
}

bool holds(Range range, unsigned char byte) {
  const auto* at = static_cast<const unsigned char*>(range.base.pointer());
  for (std::uint64_t i = 0; i < range.size; ++i) {
    if (at[i] != byte) return false;
  }
  return true;
}

class Wasm : public ::testing::Test {
 protected:
  Range reserve(Address hint, std::uint64_t size) {
    const Allocation allocation = os_.reserve(hint, size);
    EXPECT_TRUE(allocation.ok()) << describe(allocation.status.failure);
    return {allocation.base, allocation.ok() ? size : 0};
  }

  Os& os_ = native();
};

TEST_F(Wasm, TheWidthOfAddressesIsWhatTheMemoryMayGrowTo) {
  EXPECT_EQ(os_.probe().address_bits, kIsWide ? 34U : 32U);
}

TEST_F(Wasm, MemoryThatOthersAddBetweenTwoCallsIsTheirs) {
  const Range first = reserve(Address(), 3 * kPage);
  fill(first, 1);
  const Range others = grow_by_others(2 * kPage);
  fill(others, 2);
  // Asks for more than is free by now, so that the memory has to grow.
  const Range second = reserve(Address(), memory_size());
  ASSERT_FALSE(second.is_empty());
  EXPECT_GE(second.base, others.end());
  EXPECT_TRUE(holds({second.base, kPage}, 0));
  fill({second.base, kPage}, 3);
  EXPECT_TRUE(holds(first, 1));
  EXPECT_TRUE(holds(others, 2));
  EXPECT_TRUE(os_.free(second.base, second.size).ok());
  EXPECT_TRUE(os_.free(first.base, first.size).ok());
  EXPECT_TRUE(holds(others, 2));
}

TEST_F(Wasm, AHintInMemoryThatOthersAddedCannotBeHad) {
  const Range others = grow_by_others(kPage);
  EXPECT_EQ(os_.reserve(others.base, kPage).status.failure, Failure::kNoMemory);
  EXPECT_EQ(reserve(others.end(), kPage).base, others.end());
  EXPECT_TRUE(os_.free(others.end(), kPage).ok());
}

TEST_F(Wasm, WhatOthersAddedIsNotTakenBackWithOurs) {
  const Range first = reserve(Address(), memory_size());
  const Range others = grow_by_others(kPage);
  fill(others, 5);
  EXPECT_TRUE(os_.free(first.base, first.size).ok());
  const Range again = reserve(Address(), first.size + kPage);
  EXPECT_FALSE(again.overlaps(others));
  EXPECT_TRUE(os_.free(again.base, again.size).ok());
  EXPECT_TRUE(holds(others, 5));
}

TEST_F(Wasm, MoreThanTheMemoryMayGrowToIsRefusedAndNothingIsLost) {
  const std::uint64_t before = memory_size();
  const std::uint64_t all = std::uint64_t{1} << os_.probe().address_bits;
  EXPECT_EQ(os_.reserve(Address(), all).status.failure, Failure::kNoMemory);
  EXPECT_FALSE(os_.reserve(Address(all), kPage).ok());
  EXPECT_EQ(memory_size(), before);
  const Range after = reserve(Address(), kPage);
  EXPECT_TRUE(os_.free(after.base, after.size).ok());
}

// This test is last, since the memory stays that large.
TEST_F(Wasm, WideAddressesReachBeyondFourGigabytes) {
  if (!kIsWide) GTEST_SKIP() << "addresses of 32 bits";
  const Allocation allocation = os_.reserve(Address(5 * kGigabyte), 2 * kPage);
  if (!allocation.ok()) {
    // JavaScriptCore takes the module's maximum, and ends at four gigabytes.
    const std::uint64_t missing = 5 * kGigabyte + 2 * kPage - memory_size();
    ASSERT_EQ(__builtin_wasm_memory_grow(0, static_cast<std::size_t>(missing / kPage)),
              static_cast<std::size_t>(-1));
    EXPECT_EQ(allocation.status.failure, Failure::kNoMemory);
    const Range near = reserve(Address(), 2 * kPage);
    EXPECT_TRUE(holds(near, 0));
    EXPECT_TRUE(os_.free(near.base, near.size).ok());
    return;
  }
  const Range far{allocation.base, 2 * kPage};
  ASSERT_EQ(far.base, Address(5 * kGigabyte));
  EXPECT_TRUE(holds(far, 0));
  fill(far, 4);
  // The address with the same lower 32 bits is another one.
  EXPECT_TRUE(holds({Address(1 * kGigabyte), 2 * kPage}, 0));
  EXPECT_TRUE(holds(far, 4));
  EXPECT_TRUE(os_.free(far.base, far.size).ok());
}

}  // namespace
}  // namespace Atoll::os::test
