#include "src/objects/object_heap.h"

#include <algorithm>
#include <bit>

#include "src/policy.h"

namespace Atoll::objects {

[[gnu::cold]] void ObjectHeap::set_limits(std::uint64_t count) {
  const auto halvings =
      std::bit_width((std::max<std::uint64_t>(count, 1) - 1) / policy::kManyCaches);
  const bool has_too_little = is_short.load(std::memory_order_relaxed);
  const unsigned most =
      std::clamp(static_cast<unsigned>(halvings), has_too_little ? policy::kHalvingsWhenShort : 0,
                 policy::kMostHalvings);
  crowding.store(most, std::memory_order_relaxed);
  fewest_granted.store(most == 0 ? policy::kFewestGranted : policy::kFewestGranted >> (most + 1),
                       std::memory_order_relaxed);
  const std::uint64_t share = options.most_large_cached / std::max<std::uint64_t>(count, 1);
  most_large_pages.store(has_too_little ? 0 : static_cast<std::size_t>(share / port::kPageSize),
                         std::memory_order_relaxed);
}

[[gnu::cold]] void ObjectHeap::look_for_end_of_shortage() {
  const std::uint64_t before = pages_when_short.load(std::memory_order_relaxed);
  const std::uint64_t mapped = pages->statistics().mapped / port::kPageSize;
  if (mapped < before + before / policy::kGrowthAfterShortage) return;
  is_short.store(false, std::memory_order_relaxed);
  set_limits(cache_count.load(std::memory_order_relaxed));
}

}  // namespace Atoll::objects
