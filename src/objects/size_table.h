// Maps the size of a request to the list that serves it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "src/objects/options.h"
#include "src/policy.h"
#include "src/port/port.h"

namespace Atoll::objects {

// Whether a collector must look for pointers inside of an object.
enum class Scan : unsigned { kNoscan, kScan };

inline constexpr unsigned kMaxSpanClasses = port::kMaxSizeClasses * 2;

// Two lists that are always empty, so that requests for tiny and for empty objects leave the fast
// path without a test of their own.
inline constexpr unsigned kTinyList = kMaxSpanClasses;
inline constexpr unsigned kEmptyList = kMaxSpanClasses + 1;
inline constexpr unsigned kLists = kMaxSpanClasses + 2;

// Distance of the lists of a cache from each other, in bytes.
inline constexpr unsigned kListStride = 16;

// The offset of a list in a cache, in bytes.
constexpr std::size_t list_offset(unsigned list) { return std::size_t{list} * kListStride; }
// The class of the list at `offset`, or 0.
constexpr unsigned span_class_at(std::size_t offset) {
  return static_cast<unsigned>(offset / kListStride);
}

class SizeTable {
 public:
  // Requests up to this size are looked up by their size alone.
  static constexpr std::size_t kMaxDirect = 1024;

  constexpr SizeTable() = default;

  void init(const port::PortSpec& spec, const Options& options);

  // The offset in a cache, in bytes, of the list for `size` (up to kMaxDirect).
  std::uint16_t direct(std::size_t size, Scan scan) const {
    return direct_[static_cast<unsigned>(scan)][size];
  }

  // The same for larger requests, up to kMaxStepped, in steps. A request that is not small gets the
  // list that is always empty.
  static constexpr std::size_t kMaxStepped = port::kMaxSmallSize;
  std::uint16_t stepped(std::size_t size, Scan scan) const {
    return stepped_[static_cast<unsigned>(scan)][(size - 1) / kStep];
  }

  bool is_small(std::uint64_t size) const { return size <= max_small_request_; }
  bool is_tiny(std::uint64_t size, Scan scan) const {
    return has_tiny_ && scan == Scan::kNoscan && size < port::kTinySize;
  }

  // The span class for a small size, which must not be 0.
  unsigned span_class(std::uint64_t size, Scan scan) const {
    if (size >= least_aligned_to_16_) return aligned_span_class(size, 16, scan);
    return port::span_class(port::size_class(*classes_, size), scan == Scan::kNoscan);
  }
  // The span class for a small size whose objects all lie at multiples of `alignment` (a power of
  // two up to the page size), or 0 if there is none.
  unsigned aligned_span_class(std::uint64_t size, std::uint64_t alignment, Scan scan) const;

  unsigned num_span_classes() const { return classes_->count * 2; }
  const port::SizeClass& size_class(unsigned span_class) const {
    return classes_->classes[port::size_class_of(span_class)];
  }
  // Bytes of each object on the list at `offset`, or 0 if that list has no objects.
  std::size_t size_at(std::size_t offset) const { return sizes_[offset / kListStride]; }
  std::uint16_t object_count(unsigned span_class) const { return object_counts_[span_class]; }

  std::int32_t objects_in(const policy::ObjectBudget& budget, unsigned span_class) const {
    const auto size = static_cast<std::int32_t>(size_class(span_class).size);
    return std::clamp(budget.bytes / size, budget.fewest, budget.most);
  }

  // The most objects that a cache gathers before it gives them back, and that a refill takes: few
  // objects and few bytes.
  std::int32_t batch(unsigned span_class) const { return batches_[span_class]; }
  // How many free objects a cache keeps on a list at first, and at most.
  std::int32_t limit(unsigned span_class) const { return limits_[span_class]; }
  std::int32_t max_limit(unsigned span_class) const {
    return objects_in(policy::kLongestList, span_class);
  }
  // How many free objects caches may pass on to each other through the central list.
  std::uint32_t most_chained(unsigned span_class) const {
    return static_cast<std::uint32_t>(objects_in(policy::kPassedOn, span_class));
  }

 private:
  // Every class is a multiple of the first, and every class larger than kMaxDirect of the second.
  static constexpr std::size_t kDirectStep = 8;
  static constexpr std::size_t kStep = 128;
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  template <typename Visit>
  void for_each_list(Scan scan, std::size_t steps, std::size_t step, Visit visit) const;

  const port::SizeClassTable* classes_ = nullptr;
  std::uint64_t max_small_request_ = 0;
  bool has_tiny_ = false;
  std::uint64_t least_aligned_to_16_ = kNone;  // of all sizes
  std::array<std::uint16_t, kLists> sizes_{};
  std::array<std::uint16_t, kMaxSpanClasses> object_counts_{};
  std::array<std::uint16_t, kMaxSpanClasses> limits_{};
  std::array<std::uint8_t, kMaxSpanClasses> batches_{};
  std::array<std::array<std::uint16_t, kMaxDirect + 1>, 2> direct_{};  // by Scan, then by size
  std::array<std::array<std::uint16_t, kMaxStepped / kStep>, 2> stepped_{};
};

}  // namespace Atoll::objects
