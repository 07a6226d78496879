#include "os/sim/address_space.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>

namespace Atoll::os::sim {
namespace {

constexpr std::uint64_t kTop = ~std::uint64_t{0};

Range range(std::uint64_t base, std::uint64_t size) { return {Address(base), size}; }

class AddressSpaceTest : public ::testing::Test {
 protected:
  std::optional<std::uint64_t> lowest(Range bounds, std::uint64_t size, std::uint64_t alignment) {
    Address found;
    if (!space.find_lowest(bounds, size, alignment, &found)) return std::nullopt;
    return found.value();
  }
  std::optional<std::uint64_t> highest(Range bounds, std::uint64_t size, std::uint64_t alignment) {
    Address found;
    if (!space.find_highest(bounds, size, alignment, &found)) return std::nullopt;
    return found.value();
  }

  std::array<Region, 64> table;
  AddressSpace space{table};
};

TEST_F(AddressSpaceTest, EmptySpaceIsAllFree) {
  EXPECT_TRUE(space.is_free(range(0, kTop)));
  EXPECT_FALSE(space.is_all(range(0, 1), kOurs));
  EXPECT_TRUE(space.regions().empty());
  EXPECT_EQ(lowest(range(0x1000, 0x9000), 0x1000, 0x1000), 0x1000u);
  EXPECT_EQ(highest(range(0x1000, 0x9000), 0x1000, 0x1000), 0x9000u);
}

TEST_F(AddressSpaceTest, SearchesFindTheNearestGapThatFits) {
  ASSERT_TRUE(space.add(range(0x2000, 0x1000), State::kForeign));
  ASSERT_TRUE(space.add(range(0x4000, 0x2000), State::kReserved));
  ASSERT_TRUE(space.add(range(0x9000, 0x1000), State::kReserved));
  const Range all = range(0x1000, 0xa000);  // to 0xafff
  EXPECT_EQ(lowest(all, 0x1000, 0x1000), 0x1000u);
  EXPECT_EQ(lowest(all, 0x2000, 0x1000), 0x6000u);
  EXPECT_EQ(lowest(all, 0x1000, 0x8000), 0x8000u);
  EXPECT_EQ(lowest(all, 0x4000, 0x1000), std::nullopt);
  EXPECT_EQ(highest(all, 0x1000, 0x1000), 0xa000u);
  EXPECT_EQ(highest(all, 0x2000, 0x1000), 0x7000u);
  EXPECT_EQ(highest(all, 0x1000, 0x4000), 0x8000u);
  EXPECT_EQ(highest(all, 0x1000, 0x10000), std::nullopt);
  EXPECT_EQ(highest(range(0x2800, 0x1800), 0x1000, 0x1000), 0x3000u);
  EXPECT_EQ(lowest(range(0x2800, 0x1800), 0x1000, 0x1000), 0x3000u);
  EXPECT_EQ(lowest(range(0x4000, 0x2000), 0x1000, 0x1000), std::nullopt);
  EXPECT_EQ(highest(range(0x4000, 0x2000), 0x1000, 0x1000), std::nullopt);
  EXPECT_EQ(lowest(Range{}, 0x1000, 0x1000), std::nullopt);
}

TEST_F(AddressSpaceTest, TheLastPageOf64BitsIsAPageLikeOthers) {
  const Range last = range(kTop - 0xfff, 0x1000);
  const Range upper = range(kTop - 0xffff, 0x10000);
  EXPECT_EQ(highest(upper, 0x1000, 0x1000), last.base.value());
  ASSERT_TRUE(space.add(last, State::kReserved));
  EXPECT_FALSE(space.is_free(last));
  EXPECT_TRUE(space.is_all(last, State::kReserved));
  EXPECT_EQ(highest(upper, 0x1000, 0x1000), kTop - 0x1fff);
  EXPECT_EQ(lowest(last, 0x1000, 0x1000), std::nullopt);
  EXPECT_EQ(lowest(upper, 0x1000, 0x20000), std::nullopt) << "the next multiple wraps";
  ASSERT_TRUE(space.set_state(last, State::kPrepared));
  ASSERT_TRUE(space.remove(last));
  EXPECT_TRUE(space.is_free(upper));
}

TEST_F(AddressSpaceTest, StatesSplitAndMergeRegions) {
  const Range whole = range(0x1000, 0x8000);
  ASSERT_TRUE(space.add(whole, State::kReserved));
  ASSERT_TRUE(space.set_state(range(0x3000, 0x2000), State::kPrepared));
  EXPECT_EQ(space.regions().size(), 3u);
  EXPECT_EQ(space.bytes(State::kReserved), 0x6000u);
  EXPECT_EQ(space.bytes(State::kPrepared), 0x2000u);
  EXPECT_EQ(space.bytes_in(range(0x2000, 0x2000), State::kPrepared), 0x1000u);
  EXPECT_TRUE(space.is_all(whole, kOurs));
  EXPECT_FALSE(space.is_all(whole, State::kReserved));
  EXPECT_TRUE(space.is_one_reservation(whole));
  EXPECT_FALSE(space.is_one_reservation(range(0x1000, 0x2000)));
  ASSERT_TRUE(space.set_state(range(0x3000, 0x2000), State::kReserved));
  EXPECT_EQ(space.regions().size(), 1u);
  ASSERT_TRUE(space.remove(range(0x4000, 0x1000)));
  EXPECT_EQ(space.regions().size(), 2u);
  EXPECT_FALSE(space.is_all(whole, kOurs));
  ASSERT_TRUE(space.remove(whole)) << "with a hole";
  EXPECT_TRUE(space.regions().empty());
  EXPECT_EQ(space.bytes(State::kReserved), 0u);
}

TEST_F(AddressSpaceTest, NeighbouringReservationsStayApart) {
  ASSERT_TRUE(space.add(range(0x1000, 0x1000), State::kReserved));
  ASSERT_TRUE(space.add(range(0x2000, 0x1000), State::kReserved));
  const Range both = range(0x1000, 0x2000);
  ASSERT_TRUE(space.set_state(both, State::kReady));
  EXPECT_EQ(space.regions().size(), 2u);
  EXPECT_TRUE(space.is_all(both, State::kReady));
  EXPECT_FALSE(space.is_one_reservation(both));
  EXPECT_TRUE(space.is_one_reservation(range(0x2000, 0x1000)));
}

TEST_F(AddressSpaceTest, AFullTableChangesNothing) {
  std::array<Region, 3> small;
  AddressSpace full(small);
  ASSERT_TRUE(full.add(range(0x1000, 0x4000), State::kReserved));
  ASSERT_TRUE(full.add(range(0x6000, 0x1000), State::kReserved));
  EXPECT_FALSE(full.set_state(range(0x2000, 0x1000), State::kReady)) << "needs two more entries";
  EXPECT_FALSE(full.remove(range(0x2000, 0x1000))) << "cuts before it erases";
  EXPECT_TRUE(full.set_state(range(0x1000, 0x1000), State::kReady));
  EXPECT_FALSE(full.add(range(0x9000, 0x1000), State::kReserved));
  EXPECT_FALSE(full.set_state(range(0x3000, 0x1000), State::kReady));
  EXPECT_EQ(full.bytes(State::kReady), 0x1000u);
  EXPECT_EQ(full.bytes(State::kReserved), 0x4000u);
  EXPECT_EQ(full.regions().size(), 3u);
}

// Makes random changes and searches of 64 pages, and compares with an array of 64 states.
TEST_F(AddressSpaceTest, DoesWhatAnArrayOfPagesDoes) {
  constexpr std::size_t kPages = 64;
  constexpr std::uint64_t kPage = 0x1000;
  std::array<int, kPages> model;
  model.fill(-1);
  std::mt19937 random(1);
  std::array<Region, kPages> storage;
  AddressSpace real(storage);
  for (int step = 0; step < 5000; ++step) {
    const std::size_t first = random() % kPages;
    const std::size_t count = 1 + random() % std::min<std::size_t>(kPages - first, 9);
    const Range r = range(first * kPage, count * kPage);
    bool all_free = true;
    bool all_taken = true;
    for (std::size_t i = first; i < first + count; ++i) {
      all_free = all_free && model[i] < 0;
      all_taken = all_taken && model[i] >= 0;
    }
    ASSERT_EQ(real.is_free(r), all_free);
    ASSERT_EQ(real.is_all(r, kOurs | State::kForeign), all_taken);
    const int state = static_cast<int>(random() % kStateCount);
    if (all_free) {
      ASSERT_TRUE(real.add(r, static_cast<State>(state)));
      for (std::size_t i = first; i < first + count; ++i) model[i] = state;
    } else if (all_taken && random() % 2 == 0) {
      ASSERT_TRUE(real.set_state(r, static_cast<State>(state)));
      for (std::size_t i = first; i < first + count; ++i) model[i] = state;
    } else {
      ASSERT_TRUE(real.remove(r));
      for (std::size_t i = first; i < first + count; ++i) model[i] = -1;
    }
    std::array<std::uint64_t, kStateCount> bytes{};
    for (const int one : model) {
      if (one >= 0) bytes[static_cast<std::size_t>(one)] += kPage;
    }
    for (std::size_t i = 0; i < kStateCount; ++i) {
      ASSERT_EQ(real.bytes(static_cast<State>(i)), bytes[i]);
    }
    const auto regions = real.regions();
    for (std::size_t i = 1; i < regions.size(); ++i) {
      ASSERT_GT(regions[i].range.base, regions[i - 1].range.last());
    }
    // Checks the searches by trying every place.
    const std::size_t wanted = 1 + random() % 4;
    const std::size_t alignment = std::size_t{1} << random() % 3;
    std::optional<std::size_t> low;
    std::optional<std::size_t> high;
    for (std::size_t at = first; at + wanted <= first + count; ++at) {
      bool fits = at % alignment == 0;
      for (std::size_t i = at; i < at + wanted; ++i) fits = fits && model[i] < 0;
      if (fits && !low.has_value()) low = at;
      if (fits) high = at;
    }
    Address found;
    ASSERT_EQ(real.find_lowest(r, wanted * kPage, alignment * kPage, &found), low.has_value());
    if (low.has_value()) {
      ASSERT_EQ(found, Address(*low * kPage));
    }
    ASSERT_EQ(real.find_highest(r, wanted * kPage, alignment * kPage, &found), high.has_value());
    if (high.has_value()) {
      ASSERT_EQ(found, Address(*high * kPage));
    }
  }
}

}  // namespace
}  // namespace Atoll::os::sim
