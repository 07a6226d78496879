#include "tools/atoll/observe/image.h"

#include <algorithm>

namespace Atoll::observe {

void Image::order_segments() {
  std::erase_if(segments, [](const Segment& segment) { return segment.size == 0; });
  std::ranges::stable_sort(segments, {}, &Segment::offset);
}

std::optional<std::uint64_t> Image::address_of(std::uint64_t offset) const {
  const auto after = std::ranges::upper_bound(segments, offset, {}, &Segment::offset);
  if (after == segments.begin()) return std::nullopt;
  const Segment& segment = *(after - 1);
  const std::uint64_t distance = offset - segment.offset;
  if (distance >= segment.size) return std::nullopt;
  return segment.address + distance;
}

std::optional<std::uint64_t> Image::offset_of(std::uint64_t address) const {
  for (const Segment& segment : segments) {
    const std::uint64_t distance = address - segment.address;  // huge if it lies before
    if (distance < segment.size) return segment.offset + distance;
  }
  return std::nullopt;
}

}  // namespace Atoll::observe
