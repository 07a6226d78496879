// Tests properties that the conformance suite (tests/os) does not require of every system:
// exactness, and the end of memory or of the table of regions.
#include "os/arm64/virtual_space.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/os/arm64/board.h"

namespace Atoll::os::arm64 {
namespace {

constexpr Address kGoHint{std::uint64_t{0x40} << 32};
constexpr Address kOtherGoHint{std::uint64_t{0xc0} << 32};

class VirtualSpaceTest : public testing::Test {
 protected:
  Address reserve(Address hint, std::uint64_t pages) {
    return space().reserve(hint, pages * kPage).base;
  }
  Failure map(Range r) { return space().map(r).failure; }
  Failure used(Range r) { return space().used(r).failure; }
  Failure unused(Range r) { return space().unused(r).failure; }
  Failure fault(Range r) { return space().fault(r).failure; }
  Failure release(Range r) { return space().release(r).failure; }
  Failure free(Range r) { return space().free(r).failure; }

  static Range pages(Address base, std::uint64_t first, std::uint64_t count) {
    return {base + first * kPage, count * kPage};
  }
  Range reserve_mapped(std::uint64_t count) {
    const Range range{reserve(Address(), count), count * kPage};
    EXPECT_EQ(map(range), Failure::kNone);
    return range;
  }
  bool is_ready(Address page) { return board.at(page, true) != nullptr; }

  VirtualSpace& space() { return board.space; }

  Board board{64};
};

TEST_F(VirtualSpaceTest, HintsBelowTheLastOf39BitsAreHonouredAndNoOthers) {
  EXPECT_EQ(reserve(kGoHint, 16), kGoHint);
  EXPECT_EQ(reserve(kBounds.end() - kPage, 1), kBounds.end() - kPage);
  const Address lowest = kBounds.base;
  EXPECT_EQ(reserve(kOtherGoHint, 1), lowest) << "memory elsewhere, at the lowest place";
  EXPECT_EQ(reserve(kBounds.end(), 1), lowest + kPage);
  EXPECT_EQ(reserve(kBounds.end() - kPage, 1), lowest + 2 * kPage) << "taken";
  EXPECT_EQ(reserve(kBounds.end() - 2 * kPage, 2), lowest + 3 * kPage) << "taken in part";
  EXPECT_EQ(reserve(kBounds.base - kPage, 2), lowest + 5 * kPage) << "begins below";
}

TEST_F(VirtualSpaceTest, TheLowestGapThatIsLargeEnoughIsTaken) {
  const Address base = reserve(Address(), 10);
  ASSERT_EQ(release(pages(base, 1, 1)), Failure::kNone);
  ASSERT_EQ(release(pages(base, 4, 3)), Failure::kNone);
  EXPECT_EQ(reserve(Address(), 2), base + 4 * kPage);
  EXPECT_EQ(reserve(Address(), 2), base + 10 * kPage);
  EXPECT_EQ(reserve(Address(), 1), base + kPage);
  EXPECT_EQ(reserve(Address(), 1), base + 6 * kPage);
}

TEST_F(VirtualSpaceTest, AllOfTheSpaceCanBeReservedWithoutMemory) {
  EXPECT_EQ(space().reserve(Address(), kBounds.size).base, kBounds.base);
  EXPECT_EQ(space().reserve(Address(), kPage).status.failure, Failure::kNoMemory);
  EXPECT_EQ(space().alloc(kPage).status.failure, Failure::kNoMemory);
  EXPECT_EQ(map(kBounds), Failure::kNone);
  EXPECT_EQ(board.frames_in_use(), 0U);
  EXPECT_EQ(used(kBounds), Failure::kNoMemory);
  EXPECT_EQ(board.frames_in_use(), 0U);
  EXPECT_EQ(used({kGoHint, kPage}), Failure::kNone);
  EXPECT_EQ(unused(kBounds), Failure::kNone);
  EXPECT_EQ(board.frames_in_use(), 0U);
  EXPECT_EQ(free(kBounds), Failure::kNone);
}

TEST_F(VirtualSpaceTest, OnlyReadyMemoryIsMappedAndCostsFrames) {
  const Range range{reserve(kGoHint, 8), 8 * kPage};
  EXPECT_FALSE(is_ready(range.base));
  ASSERT_EQ(map(range), Failure::kNone);
  EXPECT_FALSE(is_ready(range.base)) << "Prepared faults too";
  EXPECT_EQ(board.frames_in_use(), 0U);
  ASSERT_EQ(used(pages(range.base, 2, 3)), Failure::kNone);
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(is_ready(range.base + i * kPage), i >= 2 && i < 5) << i;
  }
  EXPECT_EQ(board.frames_in_use(), 5U) << "three pages and two tables";
  ASSERT_EQ(unused(pages(range.base, 0, 4)), Failure::kNone);
  EXPECT_EQ(board.frames_in_use(), 3U);
  ASSERT_EQ(fault(pages(range.base, 3, 2)), Failure::kNone);
  EXPECT_EQ(board.frames_in_use(), 0U);
}

TEST_F(VirtualSpaceTest, CallsOnRangesInTheWrongStateAreRefusedAndChangeNothing) {
  const Address base = reserve(Address(), 4);
  const Range all{base, 4 * kPage};
  const Range reserved = pages(base, 0, 1);
  const Range prepared = pages(base, 1, 1);
  ASSERT_EQ(map(pages(base, 1, 2)), Failure::kNone);
  ASSERT_EQ(used(pages(base, 2, 1)), Failure::kNone);
  ASSERT_EQ(release(pages(base, 3, 1)), Failure::kNone);
  *board.at(base + 2 * kPage, true) = 77;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(map(all), Failure::kNotReserved);
    EXPECT_EQ(map(prepared), Failure::kNotReserved);
    EXPECT_EQ(used(all), Failure::kNotReserved);
    EXPECT_EQ(used(reserved), Failure::kNotReserved);
    EXPECT_EQ(unused(all), Failure::kNotReserved);
    EXPECT_EQ(unused(reserved), Failure::kNotReserved);
    EXPECT_EQ(fault(all), Failure::kNotReserved);
    EXPECT_EQ(fault(reserved), Failure::kNotReserved);
    EXPECT_EQ(release(prepared), Failure::kNotReserved);
    EXPECT_EQ(release(pages(base, 0, 2)), Failure::kNotReserved);
    EXPECT_EQ(free(all), Failure::kNotReserved) << "a page of it is nobody's";
    EXPECT_EQ(*board.at(base + 2 * kPage, false), 77);
    EXPECT_FALSE(is_ready(base + kPage));
    EXPECT_EQ(space().bytes_held(), 3 * kPage);
  }
  EXPECT_EQ(free(pages(base, 0, 3)), Failure::kNone);
  EXPECT_EQ(board.frames_in_use(), 0U);
}

TEST_F(VirtualSpaceTest, WithoutFramesUsedAndAllocChangeNothing) {
  const std::uint64_t most = board.frames.available() - 2;  // two are tables
  const Range range = reserve_mapped(most + 1);
  ASSERT_EQ(used(pages(range.base, 0, 1)), Failure::kNone);
  *board.at(range.base, true) = 5;
  const std::uint64_t in_use = board.frames_in_use();
  EXPECT_EQ(used(range), Failure::kNoMemory);
  EXPECT_EQ(board.frames_in_use(), in_use);
  EXPECT_EQ(*board.at(range.base, false), 5);
  EXPECT_FALSE(is_ready(range.base + kPage));
  const std::uint64_t held = space().bytes_held();
  EXPECT_EQ(space().alloc((most + 1) * kPage).status.failure, Failure::kNoMemory);
  EXPECT_EQ(space().bytes_held(), held);
  EXPECT_EQ(board.frames_in_use(), in_use);
  EXPECT_EQ(used(pages(range.base, 0, most)), Failure::kNone);
  EXPECT_EQ(board.frames.available(), 0U);
  EXPECT_EQ(used(pages(range.base, 0, most)), Failure::kNone) << "it is Ready already";
  EXPECT_EQ(space().alloc(kPage).status.failure, Failure::kNoMemory);
  EXPECT_EQ(unused(pages(range.base, 5, 1)), Failure::kNone);
  EXPECT_TRUE(space().alloc(kPage).ok()) << "its tables are there";
}

TEST(VirtualSpaceTableTest, WithAFullTableOfRegionsCallsFailAndChangeNothing) {
  Board board(64, 3);
  VirtualSpace& space = board.space;
  const Allocation first = space.reserve(Address(), 4 * kPage);
  const Allocation second = space.alloc(3 * kPage);
  const Allocation third = space.alloc(kPage);
  ASSERT_TRUE(third.ok());
  const std::uint64_t in_use = board.frames_in_use();
  const auto fails = [](Status status) { return status.failure == Failure::kNoMemory; };
  const Range middle_of_first{first.base + kPage, kPage};
  const Range middle_of_second{second.base + kPage, kPage};
  EXPECT_TRUE(fails(space.reserve(Address(), kPage).status));
  EXPECT_TRUE(fails(space.alloc(kPage).status));
  EXPECT_TRUE(fails(space.map(middle_of_first)));
  EXPECT_TRUE(fails(space.release(middle_of_first)));
  EXPECT_TRUE(fails(space.fault(middle_of_second)));
  EXPECT_TRUE(fails(space.free(middle_of_second)));
  EXPECT_EQ(board.frames_in_use(), in_use);
  EXPECT_EQ(space.bytes_held(), 8 * kPage);
  EXPECT_TRUE(space.unused(middle_of_second).ok()) << "that is not the table's business";
  EXPECT_TRUE(space.used(middle_of_second).ok());
  EXPECT_TRUE(space.free({third.base, kPage}).ok());
  EXPECT_TRUE(space.release({first.base, 4 * kPage}).ok());
  EXPECT_TRUE(space.fault(middle_of_second).ok());
  EXPECT_TRUE(space.free({second.base, 3 * kPage}).ok());
  EXPECT_EQ(board.frames_in_use(), 0U);
}

TEST_F(VirtualSpaceTest, WhatIsReadyIsResidentAndNothingElse) {
  const Range range = reserve_mapped(8);
  EXPECT_EQ(space().resident(range), 0u) << "Prepared";
  ASSERT_EQ(used(pages(range.base, 2, 3)), Failure::kNone);
  EXPECT_EQ(space().resident(range), 3 * kPage);
  EXPECT_EQ(space().resident(pages(range.base, 0, 3)), kPage);
  ASSERT_EQ(unused(pages(range.base, 3, 4)), Failure::kNone);
  EXPECT_EQ(space().resident(range), kPage);
  ASSERT_EQ(fault(pages(range.base, 0, 1)), Failure::kNone);
  EXPECT_EQ(space().resident(range), std::nullopt) << "in part Reserved";
  EXPECT_EQ(space().resident({range.base, 0}), std::nullopt);
  EXPECT_EQ(space().resident({range.end(), kPage}), std::nullopt) << "nobody's";
  ASSERT_EQ(free(range), Failure::kNone);
}

}  // namespace
}  // namespace Atoll::os::arm64
