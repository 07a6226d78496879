#include "os/sim/address_space.h"

#include <algorithm>

namespace Atoll::os::sim {
namespace {

Range from_to(Address base, Address last) { return Range{base, last - base + 1}; }

}  // namespace

Range AddressSpace::common(Range a, Range b) {
  return from_to(std::max(a.base, b.base), std::min(a.last(), b.last()));
}

std::size_t AddressSpace::first_ending_at_or_behind(Address address) const {
  const auto all = regions();
  const auto it = std::partition_point(
      all.begin(), all.end(), [&](const Region& region) { return region.range.last() < address; });
  return static_cast<std::size_t>(it - all.begin());
}

bool AddressSpace::is_free(Range range) const {
  const std::size_t i = first_ending_at_or_behind(range.base);
  return i == count_ || storage_[i].range.base > range.last();
}

bool AddressSpace::is_all(Range range, StateSet states) const {
  std::uint64_t covered = 0;
  bool all = true;
  for_each(range, [&](Range part, State state) {
    covered += part.size;
    all = all && states.has(state);
  });
  return all && covered == range.size;
}

bool AddressSpace::is_one_reservation(Range range) const {
  if (!is_all(range, kOurs)) return false;
  const std::size_t first = first_ending_at_or_behind(range.base);
  const std::uint32_t reservation = storage_[first].reservation;
  std::uint64_t size = 0;
  for (const Region& region : regions()) {
    if (region.reservation != reservation) continue;
    if (!range.contains(region.range)) return false;
    size += region.range.size;
  }
  return size == range.size;
}

std::uint64_t AddressSpace::bytes_in(Range range, State state) const {
  std::uint64_t bytes = 0;
  for_each(range, [&](Range part, State found) { bytes += found == state ? part.size : 0; });
  return bytes;
}

// The code compares first and last bytes, because a 64-bit space has no end to compare with.

bool AddressSpace::find_lowest(Range bounds, std::uint64_t size, std::uint64_t alignment,
                               Address* found) const {
  if (bounds.is_empty() || size == 0) return false;
  Address from = bounds.base;
  for (std::size_t i = first_ending_at_or_behind(from);; ++i) {
    const bool has_next = i < count_ && storage_[i].range.base <= bounds.last();
    const Address candidate = from.aligned_up(alignment);
    if (candidate < from) return false;
    if (!has_next || candidate < storage_[i].range.base) {
      const Address last = has_next ? storage_[i].range.base - 1 : bounds.last();
      if (candidate <= last && last - candidate >= size - 1) {
        *found = candidate;
        return true;
      }
    }
    if (!has_next || storage_[i].range.last() >= bounds.last()) return false;
    from = storage_[i].range.last() + 1;
  }
}

bool AddressSpace::find_highest(Range bounds, std::uint64_t size, std::uint64_t alignment,
                                Address* found) const {
  if (bounds.is_empty() || size == 0) return false;
  Address last = bounds.last();
  std::size_t i = first_ending_at_or_behind(last);
  if (i < count_ && storage_[i].range.base <= last) ++i;
  for (;; --i) {
    const bool has_next = i > 0 && storage_[i - 1].range.last() >= bounds.base;
    if (!has_next || storage_[i - 1].range.last() < last) {
      const Address first = has_next ? storage_[i - 1].range.last() + 1 : bounds.base;
      if (last - first >= size - 1) {
        const Address candidate = (last - (size - 1)).aligned_down(alignment);
        if (candidate >= first) {
          *found = candidate;
          return true;
        }
      }
    }
    if (!has_next || storage_[i - 1].range.base <= bounds.base) return false;
    last = storage_[i - 1].range.base - 1;
  }
}

void AddressSpace::insert(std::size_t index, const Region& region) {
  const auto at = storage_.begin() + static_cast<std::ptrdiff_t>(index);
  const auto end = storage_.begin() + static_cast<std::ptrdiff_t>(count_);
  std::copy_backward(at, end, end + 1);
  *at = region;
  ++count_;
}

void AddressSpace::erase(std::size_t index, std::size_t how_many) {
  const auto at = storage_.begin() + static_cast<std::ptrdiff_t>(index);
  const auto end = storage_.begin() + static_cast<std::ptrdiff_t>(count_);
  std::copy(at + static_cast<std::ptrdiff_t>(how_many), end, at);
  count_ -= how_many;
}

// Whether the table has room to cut_at() both ends of `range`.
bool AddressSpace::can_cut(Range range) const {
  std::size_t needed = 0;
  std::size_t i = first_ending_at_or_behind(range.base);
  if (i < count_ && storage_[i].range.base < range.base) ++needed;
  i = first_ending_at_or_behind(range.last());
  if (i < count_ && storage_[i].range.base <= range.last() &&
      storage_[i].range.last() > range.last()) {
    ++needed;
  }
  return storage_.size() - count_ >= needed;
}

// Makes `address` the beginning of a region, if it lies inside one.
void AddressSpace::cut_at(Address address) {
  const std::size_t i = first_ending_at_or_behind(address);
  if (i == count_ || storage_[i].range.base >= address) return;
  Region upper = storage_[i];
  upper.range = from_to(address, upper.range.last());
  storage_[i].range.size -= upper.range.size;
  insert(i + 1, upper);
}

// Joins the regions that can be joined, from the one before `range` to the one after it.
void AddressSpace::merge_around(Range range) {
  std::size_t i = first_ending_at_or_behind(range.base);
  if (i > 0) --i;
  while (i + 1 < count_ && storage_[i].range.base <= range.last()) {
    Region& low = storage_[i];
    const Region& high = storage_[i + 1];
    if (low.range.end() == high.range.base && low.state == high.state &&
        low.reservation == high.reservation) {
      low.range.size += high.range.size;
      erase(i + 1, 1);
    } else {
      ++i;
    }
  }
}

bool AddressSpace::add(Range range, State state) {
  if (count_ == storage_.size()) return false;
  insert(first_ending_at_or_behind(range.base), Region{range, state, ++reservations_});
  bytes_of(state) += range.size;
  return true;
}

bool AddressSpace::set_state(Range range, State state) {
  if (!can_cut(range)) return false;
  cut_at(range.base);
  if (!range.end().is_null()) cut_at(range.end());
  for (std::size_t i = first_ending_at_or_behind(range.base);
       i < count_ && storage_[i].range.base <= range.last(); ++i) {
    bytes_of(storage_[i].state) -= storage_[i].range.size;
    bytes_of(state) += storage_[i].range.size;
    storage_[i].state = state;
  }
  merge_around(range);
  return true;
}

bool AddressSpace::remove(Range range) {
  if (!can_cut(range)) return false;
  cut_at(range.base);
  if (!range.end().is_null()) cut_at(range.end());
  const std::size_t first = first_ending_at_or_behind(range.base);
  std::size_t behind = first;
  for (; behind < count_ && storage_[behind].range.base <= range.last(); ++behind) {
    bytes_of(storage_[behind].state) -= storage_[behind].range.size;
  }
  erase(first, behind - first);
  return true;
}

}  // namespace Atoll::os::sim
