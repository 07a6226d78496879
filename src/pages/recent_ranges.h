// Very long spans that became free lately: programs often allocate as much again soon.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "src/policy.h"

namespace Atoll::pages {

// The newest ranges, at most policy::kNewestOversize bytes in all.
class RecentRanges {
 public:
  constexpr RecentRanges() = default;

  // Adds `range`. Calls drop(Range) for older ranges that no longer fit, or for `range` if it is
  // too long.
  template <typename Drop>
  void add(Range range, Drop drop) {
    if (range.size > policy::kNewestOversize) {
      drop(range);
      return;
    }
    while (count_ == ranges_.size() || bytes_ + range.size > policy::kNewestOversize) {
      const Range oldest = ranges_[0];
      std::move(ranges_.begin() + 1, ranges_.end(), ranges_.begin());
      --count_;
      bytes_ -= oldest.size;
      drop(oldest);
    }
    ranges_[count_++] = range;
    bytes_ += range.size;
  }

  // Removes pages that are not free any more. If they come from a kept range, the part of the range
  // after them stays.
  void remove(Range pages) {
    if (bytes_ == 0) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      Range range = ranges_[i];
      if (range.overlaps(pages)) {
        const std::uint64_t before = range.size;
        range = pages.end() < range.end() ? Range{pages.end(), range.end() - pages.end()} : Range{};
        bytes_ -= before - range.size;
      }
      if (!range.is_empty()) ranges_[kept++] = range;
    }
    count_ = kept;
  }

  void clear() { *this = RecentRanges(); }

 private:
  std::array<Range, policy::kMostNewestOversize> ranges_{};  // the oldest first
  std::size_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace Atoll::pages
