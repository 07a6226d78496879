#include "src/objects/size_table.h"

#include <algorithm>

#include "os/base/bits.h"
#include "src/policy.h"

namespace Atoll::objects {
namespace {

// Whether each multiple of a power of two, up to `most`, has a class that is a multiple of that
// power. The fast path for aligned objects (src/heap/fast_path.h) relies on it.
constexpr bool are_classes_aligned(const port::SizeClassTable& classes, std::uint64_t most) {
  for (std::uint64_t alignment = 8; alignment <= most; alignment *= 2) {
    for (std::uint64_t size = alignment; size <= most; size += alignment) {
      if (classes.classes[port::size_class(classes, size)].size % alignment != 0) return false;
    }
  }
  return true;
}
static_assert(are_classes_aligned(port::size_classes(port::kFirstRelease), SizeTable::kMaxDirect));
static_assert(are_classes_aligned(port::size_classes(port::kLastRelease), SizeTable::kMaxDirect));

}  // namespace

[[gnu::cold]] void SizeTable::init(const port::PortSpec& spec, const Options& options) {
  classes_ = &port::size_classes(spec.release);
  max_small_request_ = spec.max_small_request;
  has_tiny_ = options.tiny;
  if (options.aligns_to_16) least_aligned_to_16_ = 9;
  if (options.aligns_all_to_16) least_aligned_to_16_ = 1;
  for (unsigned i = 0; i < num_span_classes(); ++i) {
    object_counts_[i] = static_cast<std::uint16_t>(port::objects_per_span(spec, i));
    if (port::size_class_of(i) == 0) continue;
    sizes_[i] = static_cast<std::uint16_t>(size_class(i).size);
    batches_[i] = static_cast<std::uint8_t>(objects_in(policy::kBatch, i));
    limits_[i] = static_cast<std::uint16_t>(objects_in(policy::kOwnList, i));
  }
  for (const Scan scan : {Scan::kNoscan, Scan::kScan}) {
    auto& direct = direct_[static_cast<unsigned>(scan)];
    direct[0] = kEmptyList * kListStride;
    for_each_list(scan, kMaxDirect / kDirectStep, kDirectStep, [&](std::size_t i, auto list) {
      std::fill_n(&direct[i * kDirectStep + 1], kDirectStep, list);
    });
    for (std::size_t size = 1; is_tiny(size, scan); ++size) direct[size] = kTinyList * kListStride;
    auto& stepped = stepped_[static_cast<unsigned>(scan)];
    for_each_list(scan, stepped.size(), kStep,
                  [&](std::size_t i, auto list) { stepped[i] = list; });
  }
}

// Calls visit(i, offset of the list) for requests of up to (i + 1) * step bytes that are not tiny.
// Every process does this when it starts, so the function looks a class up only where the previous
// one ends.
template <typename Visit>
void SizeTable::for_each_list(Scan scan, std::size_t steps, std::size_t step, Visit visit) const {
  unsigned list = kEmptyList;
  std::uint64_t largest = 0;  // the largest size with this list
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t size = (i + 1) * step;
    if (!is_small(size)) {
      list = kEmptyList;
    } else if (size > largest) {
      list = span_class(size, scan);
      largest = size_class(list).size;
    }
    visit(i, static_cast<std::uint16_t>(list * kListStride));
  }
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
