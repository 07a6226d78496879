#include "os/sim/placement.h"

#include <algorithm>

#include "os/base/bits.h"

namespace Atoll::os::sim {
namespace {

constexpr std::uint64_t kGreatest = ~std::uint64_t{0};

// [first, last], or an empty range if they are in the wrong order.
Range span_of(Address first, Address last) {
  return first <= last ? Range{first, last - first + 1} : Range{};
}

Range common(Range a, Range b) {
  if (a.is_empty() || b.is_empty()) return Range{};
  return span_of(std::max(a.base, b.base), std::min(a.last(), b.last()));
}

bool place_by_default(const Config& config, const AddressSpace& space, std::uint64_t size,
                      Address* found) {
  Range bounds = usable(config);
  if (!config.placement_end.is_null()) {
    bounds = common(bounds, span_of(Address(), config.placement_end - 1));
  }
  Range below;
  Range above = bounds;
  if (!config.origin.is_null()) {
    below = common(bounds, span_of(Address(), config.origin - 1));
    above = common(bounds, span_of(config.origin, Address(kGreatest)));
  }
  const std::uint64_t alignment = config.granularity;
  if (config.placement == Placement::kBottomUp) {
    return space.find_lowest(above, size, alignment, found) ||
           space.find_lowest(below, size, alignment, found);
  }
  if (config.origin.is_null()) return space.find_highest(bounds, size, alignment, found);
  return space.find_highest(below, size, alignment, found) ||
         space.find_lowest(above, size, alignment, found);
}

bool place_elsewhere(const Config& config, const AddressSpace& space, Address hint,
                     std::uint64_t size, Address* found) {
  const Range all = usable(config);
  const Address behind = hint + config.granularity;
  const Range above = behind < hint ? Range{} : common(all, span_of(behind, all.last()));
  const Range below = common(all, span_of(Address(), hint - 1));
  return space.find_lowest(above, size, config.granularity, found) ||
         space.find_highest(below, size, config.granularity, found);
}

bool place_near(const Config& config, const AddressSpace& space, Address hint, std::uint64_t size,
                Address* found) {
  if (hint.is_null() || config.hints != Hints::kHonoured) return false;
  const Range all = usable(config);
  switch (config.fallback) {
    case Fallback::kDefault:
      return false;
    case Fallback::kAbove:
      return space.find_lowest(common(all, span_of(hint, all.last())), size, config.granularity,
                               found);
    case Fallback::kBelow:
      return space.find_highest(common(all, span_of(Address(), hint - 1)), size, config.granularity,
                                found);
  }
  return false;
}

}  // namespace

Range usable(const Config& config) {
  const Address first = std::max(config.lowest, Address(config.page_size));
  const Address widest(kGreatest >> (64 - config.address_bits));
  return span_of(first, config.end.is_null() ? widest : std::min(widest, config.end - 1));
}

bool place(const Config& config, const AddressSpace& space, Address hint, std::uint64_t size,
           Address* found) {
  const Range wish{hint, size};
  const bool can_be_had = !hint.is_null() && hint.is_aligned(config.granularity) &&
                          usable(config).contains(wish) && space.is_free(wish);
  if (can_be_had && config.hints == Hints::kHonoured) {
    *found = hint;
    return true;
  }
  if (can_be_had && config.hints == Hints::kMoved)
    return place_elsewhere(config, space, hint, size, found);
  if (place_near(config, space, hint, size, found)) return true;
  return place_by_default(config, space, size, found);
}

bool place_linear(const Config& config, const AddressSpace& space, Address segment_end,
                  Address hint, std::uint64_t size, Address* found) {
  Address base = segment_end;
  if (hint.is_null()) {
    const Address origin = config.origin.aligned_up(config.granularity);
    const Range segment{origin, segment_end - origin};
    if (space.find_lowest(segment, size, config.granularity, found)) return true;
  } else if (hint != segment_end) {
    const bool skips =
        config.skips_to_hint && hint > segment_end && hint.is_aligned(config.granularity);
    if (!skips) return false;
    base = hint;
  }
  const Range grown{base, size};
  if (grown.wraps() || !usable(config).contains(grown) || !space.is_free(grown)) return false;
  *found = base;
  return true;
}

}  // namespace Atoll::os::sim
