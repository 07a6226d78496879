#include "src/pages/span_table.h"

#include <bit>

namespace Atoll::pages {

void SpanTable::init(PersistentAlloc& memory) {
  clear();
  memory_ = &memory;
  log_first_ = memory.geometry().log_first_spans;
}

void SpanTable::clear() {
  count_ = 0;
  segments_ = {};
}

// Segment s begins at number (2^s - 1) << log_first_.
unsigned SpanTable::segment_of(std::uint64_t i) const {
  return static_cast<unsigned>(std::bit_width(((i >> log_first_) + 1) / 2));
}

SpanTable::Entry& SpanTable::entry(std::uint64_t i) const {
  const unsigned segment = segment_of(i);
  return segments_[segment][i - (((std::uint64_t{1} << segment) - 1) << log_first_)];
}

bool SpanTable::append(Span* span) {
  const unsigned segment = segment_of(count_);
  if (segments_[segment] == nullptr) {
    segments_[segment] =
        memory_->alloc_array<Entry>(std::uint64_t{1} << (log_first_ + segment), MemoryKind::kOther);
    if (segments_[segment] == nullptr) return false;
  }
  entry(count_) = {span};
  ++count_;
  return true;
}

}  // namespace Atoll::pages
