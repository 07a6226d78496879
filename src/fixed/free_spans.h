// The free spans of one buffer, on lists by length. Short ones have a list for each length, as in
// Go's page heap up to release 1.11. Longer ones have four lists for each doubling of the length:
// from 16 pages to 19, from 20 to 23, and so on. The records lie in the free pages themselves.
#pragma once

#include "src/fixed/page_bits.h"

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): C++11 has no other way.
namespace Atoll {
namespace fixed {

// An Index is the number of a page, or a count of pages. A buffer begins with its FreeSpans, which
// are in its page 0. So 0 also means that there is no page, or no span.
template <class Index>
class FreeSpans {
 public:
  enum : unsigned {
    kPageSize = 8,
    // The fewest pages of a block.
    kShortest = 2,
    // Shorter spans have a list for each length.
    kExact = 16,
  };

  // No span is free. All bytes were zeroed.
  void begin() { map_ = 1U << kLists; }

  ATOLL_FIXED_INLINE unsigned char* address(size_t i) const {
    return reinterpret_cast<unsigned char*>(const_cast<FreeSpans*>(this)) + i * kPageSize;
  }
  // The page that begins at `p`. If no page begins there, the result is larger than any page's
  // number, because the low digits of the offset come back at the top.
  ATOLL_FIXED_INLINE size_t index(const void* p) const {
    const uintptr_t offset = reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(this);
    return offset >> 3 | offset << (sizeof offset * 8 - 3);
  }

  // The length of the free span whose first page is `i`, and of the one whose last page is `i`.
  ATOLL_FIXED_INLINE size_t length(size_t i) const { return at(i, kLength); }
  ATOLL_FIXED_INLINE size_t length_before(size_t i) const { return at(i, kTail); }

  // Pages [i, i + n) are a free span. O(1).
  __attribute__((noinline)) void add(size_t i, size_t n) {
    at(i, kLength) = static_cast<Index>(n);
    at(i + n - 1, kTail) = static_cast<Index>(n);
    if (kRecord > 1 && n < kRecord) return;
    const unsigned list = list_of(n);
    if (n >= kExact) at(i, kList) = static_cast<Index>(list);
    const size_t next = first_[list];
    if (next == 0) map_ ^= 1U << list;
    first_[list] = static_cast<Index>(i);
    at(i, kPrevious) = 0;
    at(i, kNext) = static_cast<Index>(next);
    at(next, kPrevious) = static_cast<Index>(i);
  }

  // Takes a span off its list. O(1).
  __attribute__((noinline)) void remove(size_t i) {
    if (kRecord > 1 && length(i) < kRecord) return;
    const size_t previous = at(i, kPrevious);
    const size_t next = at(i, kNext);
    at(next, kPrevious) = static_cast<Index>(previous);
    if (previous != 0) {
      at(previous, kNext) = static_cast<Index>(next);
    } else {
      const unsigned n = at(i, kLength);
      remove_first(n < kExact ? n : unsigned{at(i, kList)}, next);
    }
  }

  // The length of the shortest span that has at least `n` pages, where `n` is at least kShortest.
  // If the result is kExact or more, there is no such span among the short ones.
  ATOLL_FIXED_INLINE size_t shortest(size_t n) const {
    return n < kExact ? n + zeroes_below(map_ >> n) : n;
  }
  // Removes a span from the list of its length. There is one.
  ATOLL_FIXED_INLINE size_t take_short(size_t length) {
    const size_t i = first_[length];
    const size_t next = at(i, kNext);
    at(next, kPrevious) = 0;
    remove_first(static_cast<unsigned>(length), next);
    return i;
  }

  // Removes a span of at least `n` pages; 0: there is none. It is the shortest of the first kTries
  // spans on the list for `n` pages and on the next one that is not empty. If there is no next one,
  // it is the shortest of all on the list for `n` pages.
  __attribute__((noinline)) size_t take(size_t n) {
    const unsigned list = list_of(n);
    const unsigned longer = list + 1 + zeroes_below(map_ >> list >> 1);
    size_t tries = longer == kLists ? static_cast<size_t>(-1) : size_t{kTries};
    size_t next = first_[longer];
    size_t found = next;
    size_t least = static_cast<size_t>(-1) / 2;  // how many pages it has too many
    for (size_t i = first_[list]; tries != 0; --tries) {
      if (i == 0) {
        i = next;
        next = 0;
        if (i == 0) break;
      }
      // For a span that is too short this wraps to a large number.
      const size_t excess = length(i) - n;
      if (excess < least) {
        found = i;
        least = excess;
      }
      i = at(i, kNext);
    }
    if (found != 0) remove(found);
    return found;
  }

  // The length of the longest span; 0 if no block has room in it.
  size_t longest() const {
    size_t most = 0;
    for (unsigned list = kLists; list-- != kShortest && most == 0;) {
      for (size_t i = first_[list]; i != 0; i = at(i, kNext)) {
        if (length(i) > most) most = length(i);
      }
    }
    return most;
  }

  // For checks: whether the free span `i` is where it should be.
  bool holds(size_t i) const {
    const size_t n = length(i);
    if (n < kRecord) return true;
    if (n >= kExact && at(i, kList) != list_of(n)) return false;
    const size_t next = at(i, kNext);
    const size_t previous = at(i, kPrevious);
    if (next != 0 && (at(next, kPrevious) != i || list_of(length(next)) != list_of(n))) {
      return false;
    }
    return (previous != 0 ? at(previous, kNext) : first_[list_of(n)]) == i;
  }
  // For checks: how many spans are on lists; more than `most` if a list has no end, or map_ is
  // wrong.
  size_t size(size_t most) const {
    size_t sum = 0;
    for (unsigned list = 1; list < kLists; ++list) {
      if ((first_[list] != 0) != ((map_ >> list & 1) != 0)) return most + 1;
      for (size_t i = first_[list]; i != 0 && sum <= most; i = at(i, kNext)) ++sum;
    }
    return map_ >> kLists == 1 ? sum : most + 1;
  }
  // For checks: how many spans size() counts of a free one with `n` pages.
  static size_t counted(size_t n) { return n < kRecord ? 0 : 1; }

 private:
  // May alias, because the program's objects of any type lie where these lie at other times.
  using Field __attribute__((may_alias)) = Index;

  enum : unsigned {
    // The last list has all spans of 192 pages and more.
    kLists = 31,
    // With more, nothing that counts would fit better, and a call would take longer.
    kTries = 5,
    // A page has four fields of 16 bits, or two of 32. A span of one page holds its length twice,
    // or once, where 32-bit indices have no room for the other fields; then it is on no list (no
    // block is so short) until it is merged with a neighbour.
    kRecord = sizeof(Index) == 2 ? 1 : 2,
    kPrevious = 0,
    kLength = 1,
    kNext = 2,
    kTail = kPageSize / sizeof(Index) - 1,  // of the last page
    kList = 4,                              // only of long spans
  };

  // Where a span has no next one, page 0 takes its place: kPrevious of page 0 is first_[0], which
  // is no list. So no code has to ask whether there is a next one.
  ATOLL_FIXED_INLINE Field& at(size_t i, unsigned field) const {
    return reinterpret_cast<Field*>(address(i))[field];
  }

  static ATOLL_FIXED_INLINE unsigned list_of(size_t n) {
    if (n < kExact) return static_cast<unsigned>(n);
    const unsigned digits = digits_of(n);
    // The three highest digits are 4 to 7. So 16 pages have list 16, and 32 pages list 20.
    const unsigned list = 4 * digits - 8 + static_cast<unsigned>(n >> (digits - 3));
    return list < kLists ? list : kLists - 1;
  }

  ATOLL_FIXED_INLINE void remove_first(unsigned list, size_t next) {
    first_[list] = static_cast<Index>(next);
    if (next == 0) map_ ^= 1U << list;
  }

  Index first_[kLists + 1];  // of each list; the last one is always 0
  // Which of these are not 0. The last bit is always set, so that a search for a bit ends.
  uint32_t map_;
};

}  // namespace fixed
}  // namespace Atoll
