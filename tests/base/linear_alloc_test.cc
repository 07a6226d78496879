#include "src/base/linear_alloc.h"

#include <gtest/gtest.h>

#include "os/decorators/trace.h"
#include "os/sim/presets.h"
#include "os/sim/sim_os.h"

namespace Atoll {
namespace {

constexpr std::uint64_t kPage = 4096;

class LinearAllocTest : public ::testing::Test {
 protected:
  LinearAllocTest() : os_(os::sim::presets::linux_amd64()) {
    const os::Allocation range = os_.reserve(Address(), 64 * kPage);
    range_ = {range.base, 64 * kPage};
  }

  os::sim::SimOs os_;
  Range range_;
};

TEST_F(LinearAllocTest, PiecesFollowEachOtherAligned) {
  LinearAlloc alloc(range_, LinearAlloc::Mapping::kReadies);
  EXPECT_EQ(alloc.alloc(os_, kPage, 10, 8).base, range_.base);
  EXPECT_EQ(alloc.alloc(os_, kPage, 10, 8).base, range_.base + 16);
  EXPECT_EQ(alloc.alloc(os_, kPage, 1, 256).base, range_.base + 256);
  EXPECT_EQ(alloc.next(), range_.base + 257);
}

TEST_F(LinearAllocTest, PagesAreReadiedOnceAndNotBeforeTheyAreNeeded) {
  LinearAlloc alloc(range_, LinearAlloc::Mapping::kReadies);
  ASSERT_TRUE(alloc.alloc(os_, kPage, 1, 1).ok());
  EXPECT_EQ(os_.bytes_committed(), kPage);
  ASSERT_TRUE(alloc.alloc(os_, kPage, kPage - 1, 1).ok());
  EXPECT_EQ(os_.bytes_committed(), kPage) << "the page is full to its last byte";
  ASSERT_TRUE(alloc.alloc(os_, kPage, 1, 1).ok());
  EXPECT_EQ(os_.bytes_committed(), 2 * kPage);
  EXPECT_EQ(os_.misuses(), 0U);
}

TEST_F(LinearAllocTest, WithoutMappingPiecesStayReserved) {
  LinearAlloc alloc(range_, LinearAlloc::Mapping::kNone);
  ASSERT_TRUE(alloc.alloc(os_, kPage, 8 * kPage, kPage).ok());
  EXPECT_EQ(os_.bytes_committed(), 0U);
}

TEST_F(LinearAllocTest, AFullRangeFailsAndServesWhatStillFits) {
  LinearAlloc alloc(range_, LinearAlloc::Mapping::kNone);
  EXPECT_TRUE(alloc.fits(range_.size, 1));
  EXPECT_FALSE(alloc.fits(range_.size + 1, 1));
  EXPECT_FALSE(alloc.fits(~std::uint64_t{0}, 1));
  ASSERT_TRUE(alloc.alloc(os_, kPage, range_.size - 8, 1).ok());
  const os::Allocation none = alloc.alloc(os_, kPage, 9, 1);
  EXPECT_EQ(none.status.failure, os::Failure::kNoMemory);
  EXPECT_TRUE(none.base.is_null());
  EXPECT_TRUE(alloc.alloc(os_, kPage, 8, 1).ok());
}

TEST_F(LinearAllocTest, AnEmptyRangeServesNobody) {
  LinearAlloc alloc;
  EXPECT_FALSE(alloc.alloc(os_, kPage, 1, 1).ok());
}

TEST_F(LinearAllocTest, UndoGivesTheLastPieceBack) {
  LinearAlloc alloc(range_, LinearAlloc::Mapping::kReadies);
  const Address first = alloc.alloc(os_, kPage, 3 * kPage, kPage).base;
  alloc.undo(first);
  EXPECT_EQ(alloc.alloc(os_, kPage, kPage, kPage).base, first);
  EXPECT_EQ(os_.misuses(), 0U) << "what is mapped is not mapped again";
}

TEST_F(LinearAllocTest, ASystemThatWillNotMapLosesNothing) {
  for (const std::uint64_t failing_call : {1U, 2U}) {
    LinearAlloc alloc(range_, LinearAlloc::Mapping::kReadies);
    os_.restart_calls();
    os_.config().failing_call = failing_call;
    EXPECT_FALSE(alloc.alloc(os_, kPage, kPage, kPage).ok());
    EXPECT_EQ(alloc.alloc(os_, kPage, kPage, kPage).base, range_.base);
    os_.config().failing_call = 0;
    ASSERT_TRUE(os_.fault(range_.base, kPage).ok());
  }
  EXPECT_EQ(os_.misuses(), 0U);
}

TEST(LinearAllocAtTheEnd, ARangeUpToTheLastByteIsShortenedByOne) {
  LinearAlloc alloc({Address(0 - 2 * kPage), 2 * kPage}, LinearAlloc::Mapping::kNone);
  EXPECT_EQ(alloc.end(), Address(~std::uint64_t{0}));
  EXPECT_TRUE(alloc.fits(kPage, kPage));
  EXPECT_FALSE(alloc.fits(2 * kPage, kPage));
}

}  // namespace
}  // namespace Atoll
