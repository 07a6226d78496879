#include "src/pages/span_table.h"

#include <bit>

namespace Atoll::pages {

void SpanTable::init(PersistentAlloc& memory) {
  clear();
  memory_ = &memory;
}

void SpanTable::clear() {
  count_ = 0;
  segments_ = {};
}

// Segment s begins at number kFirstSegment * (2^s - 1).
unsigned SpanTable::segment_of(std::uint64_t i) {
  return static_cast<unsigned>(std::bit_width((i / kFirstSegment + 1) / 2));
}

SpanTable::Entry& SpanTable::entry(std::uint64_t i) const {
  const unsigned segment = segment_of(i);
  return segments_[segment][i - kFirstSegment * ((std::uint64_t{1} << segment) - 1)];
}

bool SpanTable::append(Span* span) {
  const unsigned segment = segment_of(count_);
  if (segments_[segment] == nullptr) {
    segments_[segment] = memory_->alloc_array<Entry>(kFirstSegment << segment, MemoryKind::kOther);
    if (segments_[segment] == nullptr) return false;
  }
  entry(count_) = {span};
  ++count_;
  return true;
}

}  // namespace Atoll::pages
