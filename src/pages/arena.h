// What the heap knows of the pages of one arena.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/base/bits.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"
#include "src/pages/sparing.h"
#include "src/policy.h"

namespace Atoll::pages {

// The metadata of one arena, or of arenas whose pages are all alike. Its page records follow it in
// memory, and its bits of pages lie before it: so all that a small heap needs of them is on one
// page.
struct Arena {
  // Set: it stands in for arenas that have no metadata of their own (stand_ins.h), has none of the
  // bits below, and these are those of every page.
  static constexpr std::uint64_t kStandsIn = 1;
  static constexpr std::uint64_t kReady = 2;
  static constexpr std::uint64_t kDirty = 4;

  std::uint64_t flags;
  std::atomic<Span*>* spans;         // of each page in use; of a free span, its first and last page
  std::atomic<BitWord>* alloc_bits;  // kBitmapBytes for each page; a span uses its first page's
  std::atomic<BitWord>* mark_bits;
  // Instead of these, in a sparing heap: for each policy::kBitGroupPages bits of objects and then
  // of marks, as soon as a span begins there. Null otherwise.
  std::byte** bit_groups;
  // A bit per page, under the heap's lock. Neither set: never used, and zero.
  std::uint64_t* ready;  // in the state Ready
  union {
    std::uint64_t* dirty;  // has been used: its bytes may not be zero, unless it was given back to
                           // a system that zeroes
    Arena* next_spare;     // of what stands in for none: the next such
  };

  // Of the bitmap with a bit for each of so many pages.
  static constexpr std::uint64_t bitmap_bytes(std::uint64_t pages) {
    return round_up(pages, 64) / 8;
  }

  bool stands_in() const { return (flags & kStandsIn) != 0; }
  std::uint64_t common_bits() const { return flags & (kReady | kDirty); }

  // Of the span that begins with page number `page`.
  std::atomic<BitWord>* alloc_bits_of(std::uint64_t page) const {
    if (bit_groups == nullptr) return alloc_bits + page * kWords;
    return reinterpret_cast<std::atomic<BitWord>*>(bit_groups[page / policy::kBitGroupPages]) +
           page % policy::kBitGroupPages * kWords;
  }
  std::atomic<BitWord>* mark_bits_of(std::uint64_t page) const {
    if (bit_groups == nullptr) return mark_bits + page * kWords;
    return alloc_bits_of(page) + policy::kBitGroupPages * kWords;
  }

  std::atomic<PageRecord>* records() {
    return reinterpret_cast<std::atomic<PageRecord>*>(this + 1);
  }
  const std::atomic<PageRecord>* records() const {
    return reinterpret_cast<const std::atomic<PageRecord>*>(this + 1);
  }

 private:
  static constexpr std::uint64_t kWords = kBitmapBytes / sizeof(BitWord);
};

}  // namespace Atoll::pages
