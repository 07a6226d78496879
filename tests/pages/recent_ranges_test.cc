#include "src/pages/recent_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "src/policy.h"

namespace Atoll::pages {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kAll = policy::kNewestOversize / kMiB;
constexpr std::uint64_t kBase = std::uint64_t{1} << 30;

Range range(std::uint64_t first_mib, std::uint64_t mib) {
  return {Address(kBase + first_mib * kMiB), mib * kMiB};
}

struct Dropped {
  std::vector<Range> ranges;
  auto drop() {
    return [this](Range r) { ranges.push_back(r); };
  }
};

TEST(RecentRanges, KeepTheNewest) {
  RecentRanges recent;
  Dropped dropped;
  recent.add(range(0, kAll - 12), dropped.drop());
  recent.add(range(kAll - 12, 12), dropped.drop());
  EXPECT_TRUE(dropped.ranges.empty());
  recent.add(range(kAll + 8, 8), dropped.drop());
  EXPECT_EQ(dropped.ranges, std::vector{range(0, kAll - 12)});
  recent.add(range(100, kAll + 1), dropped.drop());
  EXPECT_EQ(dropped.ranges.back(), range(100, kAll + 1)) << "has no place at all";
  for (std::uint64_t i = 0; i < 20; ++i) recent.add(range(200 + i, 1), dropped.drop());
  EXPECT_EQ(dropped.ranges.back(), range(211, 1)) << "they are eight at most";
}

TEST(RecentRanges, KnowWhatIsBehindPagesThatAreUsedAgain) {
  RecentRanges recent;
  Dropped dropped;
  recent.add(range(0, 16), dropped.drop());
  recent.remove(range(0, 4));
  recent.remove(range(16, 4));
  recent.add(range(50, kAll), dropped.drop());
  EXPECT_EQ(dropped.ranges, std::vector{range(4, 12)});
  recent.remove(range(40, kAll + 20));
  recent.add(range(100 + kAll, kAll), dropped.drop());
  EXPECT_EQ(dropped.ranges.size(), 1U) << "nothing was left of it";
}

// Compares with a table that says whether each MiB is free, and whether it is kept.
TEST(RecentRanges, NeverDropWhatIsUsedAgain) {
  constexpr std::size_t kSpace = 2 * kAll;
  std::mt19937_64 random(1);
  RecentRanges recent;
  std::vector<bool> is_used(kSpace, true);
  for (int i = 0; i < 20'000; ++i) {
    const auto first = static_cast<std::size_t>(random() % kSpace);
    const auto count = std::min(static_cast<std::size_t>(random() % 40 + 1), kSpace - first);
    const auto begin = is_used.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    const bool frees = std::all_of(begin, end, [](bool used) { return used; });
    if (frees) {
      std::fill(begin, end, false);
      recent.add(range(first, count), [&](Range dropped) {
        for (std::uint64_t at = 0; at < dropped.size; at += kMiB) {
          ASSERT_FALSE(
              is_used[static_cast<std::size_t>((dropped.base + at - Address(kBase)) / kMiB)]);
        }
      });
    } else if (std::none_of(begin, end, [](bool used) { return used; })) {
      std::fill(begin, end, true);
      recent.remove(range(first, count));
    }
  }
}

}  // namespace
}  // namespace Atoll::pages
