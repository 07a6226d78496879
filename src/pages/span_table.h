// Every span that the heap ever made, by number: Go's allspans.
#pragma once

#include <array>
#include <cstdint>

#include "src/base/persistent_alloc.h"
#include "src/pages/span.h"

namespace Atoll::pages {

// The table consists of segments that double in size and never move, so growing it copies nothing
// and frees nothing.
//
// Not thread safe: callers hold the heap's lock.
class SpanTable {
 public:
  constexpr SpanTable() = default;
  SpanTable(const SpanTable&) = delete;
  SpanTable& operator=(const SpanTable&) = delete;

  // Makes it empty. `memory` must outlive this object.
  void init(PersistentAlloc& memory);
  // Forgets everything, before the memory goes away.
  void clear();

  // Returns false if there is no memory, and then nothing has changed.
  bool append(Span* span);

  std::uint64_t count() const { return count_; }
  Span* operator[](std::uint64_t i) const { return entry(i).span; }

 private:
  struct Entry {
    Span* span;
  };

  static constexpr unsigned kSegments = 48;  // more segments than addresses can hold

  unsigned segment_of(std::uint64_t i) const;
  Entry& entry(std::uint64_t i) const;

  PersistentAlloc* memory_ = nullptr;
  std::uint64_t count_ = 0;
  unsigned log_first_ = 0;  // log2 of the length of the first segment
  std::array<Entry*, kSegments> segments_{};
};

}  // namespace Atoll::pages
