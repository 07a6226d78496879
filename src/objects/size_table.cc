#include "src/objects/size_table.h"

#include <algorithm>

#include "src/base/bits.h"

namespace Atoll::objects {
namespace {

// How many objects of a size make `bytes`, within limits.
std::int32_t objects_in(std::uint32_t bytes, std::uint32_t object_size, std::uint32_t least,
                        std::uint32_t most) {
  return static_cast<std::int32_t>(std::clamp(bytes / object_size, least, most));
}

}  // namespace

[[gnu::cold]] void SizeTable::init(const port::PortSpec& spec, Options options) {
  classes_ = &port::size_classes(spec.release);
  max_small_request_ = spec.max_small_request;
  has_tiny_ = options.tiny;
  aligns_to_16_ = options.aligns_to_16;
  for (unsigned i = 0; i < num_span_classes(); ++i) {
    object_counts_[i] = static_cast<std::uint16_t>(port::objects_per_span(spec, i));
    if (port::size_class_of(i) == 0) continue;
    batches_[i] = objects_in(8192, size_class(i).size, 1, 64);
    limits_[i] = objects_in(32768, size_class(i).size, 2, 256);
    most_chained_[i] =
        static_cast<std::uint32_t>(objects_in(256 << 10, size_class(i).size, 8, 2048));
    max_limits_[i] = objects_in(4 << 20, size_class(i).size, 16, 1 << 20);
  }
  for (const Scan scan : {Scan::kNoscan, Scan::kScan}) {
    auto& direct = direct_[static_cast<unsigned>(scan)];
    for (std::size_t size = 0; size <= kMaxDirect; ++size) direct[size] = list_for(size, scan);
    auto& stepped = stepped_[static_cast<unsigned>(scan)];
    for (std::size_t i = 0; i < stepped.size(); ++i) stepped[i] = list_for((i + 1) * kStep, scan);
  }
}

// The offset of the list for a request.
std::uint16_t SizeTable::list_for(std::size_t size, Scan scan) const {
  unsigned list = kEmptyList;
  if (is_tiny(size, scan) && size != 0) {
    list = kTinyList;
  } else if (is_small(size) && size != 0) {
    list = span_class(size, scan);
  }
  return static_cast<std::uint16_t>(list * kListStride);
}

unsigned SizeTable::aligned_span_class(std::uint64_t size, std::uint64_t alignment,
                                       Scan scan) const {
  if (!is_small(size)) return 0;
  for (unsigned i = port::size_class(*classes_, size); i < classes_->count; ++i) {
    if (is_multiple_of(classes_->classes[i].size, alignment)) {
      return port::span_class(i, scan == Scan::kNoscan);
    }
  }
  return 0;
}

}  // namespace Atoll::objects
