// The heap's metadata for the pages of one arena.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/base/bits.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"
#include "src/pages/sparing.h"

namespace Atoll::pages {

// The metadata of one arena, or of several arenas whose pages are all alike. The page records
// follow it in memory, and the bitmaps of pages lie before it, so everything that a small heap
// needs of them is on one page.
struct Arena {
  // If set, this stands in for arenas that have no metadata of their own (stand_ins.h). It then has
  // none of the bitmaps below, and the next two flags hold for every page.
  static constexpr std::uint64_t kStandsIn = 1;
  static constexpr std::uint64_t kReady = 2;
  static constexpr std::uint64_t kDirty = 4;
  // The bits from this one on: log2 of how many pages a group of bits is for, if there are groups.
  static constexpr unsigned kGroupShift = 8;
  static constexpr std::uint64_t flags_of(unsigned log_group_pages) {
    return std::uint64_t{log_group_pages} << kGroupShift;
  }

  std::uint64_t flags;
  std::atomic<Span*>* spans;         // for each page in use; of a free span, only for its first and
                                     // last page
  std::atomic<BitWord>* alloc_bits;  // kBitmapBytes for each page; a span uses those of its first
                                     // page
  std::atomic<BitWord>* mark_bits;
  // A heap that takes parts of arenas has these instead: for each group of pages, alloc bits and
  // then mark bits, which the map makes when the first span begins there. Null otherwise.
  std::byte** bit_groups;
  // One bit per page, under the heap's lock. A page with neither bit was never used and is zero.
  std::uint64_t* ready;  // the page is in the state Ready
  union {
    std::uint64_t* dirty;  // the page has been used: its bytes may not be zero, unless the heap
                           // gave it back to a system that zeroes
    Arena* next_spare;     // for a stand-in that is not in use: the next one
  };

  // The size of a bitmap with one bit for each of `pages`.
  static constexpr std::uint64_t bitmap_bytes(std::uint64_t pages) {
    return round_up(pages, 64) / 8;
  }

  bool stands_in() const { return (flags & kStandsIn) != 0; }
  std::uint64_t group_pages() const { return std::uint64_t{1} << (flags >> kGroupShift); }
  std::uint64_t common_bits() const { return flags & (kReady | kDirty); }

  // The bits of the span that begins at page number `page`.
  std::atomic<BitWord>* alloc_bits_of(std::uint64_t page) const {
    if (bit_groups == nullptr) return alloc_bits + page * kWords;
    return reinterpret_cast<std::atomic<BitWord>*>(bit_groups[page / group_pages()]) +
           page % group_pages() * kWords;
  }
  std::atomic<BitWord>* mark_bits_of(std::uint64_t page) const {
    if (bit_groups == nullptr) return mark_bits + page * kWords;
    return alloc_bits_of(page) + group_pages() * kWords;
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
