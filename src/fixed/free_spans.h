// The free spans of one buffer, by length. Short ones are on lists, one for each length, as in Go's
// page heap up to release 1.11. Longer ones are in a tree, as in later releases. The records lie in
// the free pages themselves.
//
// The tree is a digital one: at each level the next binary digit of a length, from the highest on,
// chooses the branch. So it needs no balancing, and no path in it has more steps than a length has
// digits. If several spans have the same length, the tree holds the one freed last, and the others
// follow it on a list.
#pragma once

#include "src/fixed/page_bits.h"

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): C++11 has no other way.
namespace Atoll {
namespace fixed {

// An Index is the number of a page, or a count of pages. Pages are numbered from 1; 0 means none.
template <class Index>
class FreeSpans {
 public:
  enum : unsigned {
    kPageSize = 8,
    // Shorter spans are on lists. One word has a bit for each list.
    kExact = 32,
    // Shorter spans have no room for a record. They are on no list (no block is so short), until
    // they are merged with a neighbour.
    kShortest = sizeof(Index) == 2 ? 2 : 3,
  };

  // No span is free. `pages` is the address that a page 0 would have, `count` the number of pages.
  void init(unsigned char* pages, size_t count) {
    pages_ = pages;
    count_ = count;
    unused_digits_ = 32;
    for (size_t rest = count; rest != 0; rest /= 2) --unused_digits_;
    map_ = 0;
    for (Index& list : lists_) list = 0;
  }

  ATOLL_FIXED_INLINE unsigned char* address(size_t i) const { return pages_ + i * kPageSize; }
  ATOLL_FIXED_INLINE size_t count() const { return count_; }
  // The page that begins at `p`. If no page begins there, the result is larger than count() (the
  // low digits of the offset come back at the top), or 0.
  ATOLL_FIXED_INLINE size_t index(const void* p) const {
    const uintptr_t offset = reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(pages_);
    return offset >> 3 | offset << (sizeof offset * 8 - 3);
  }

  // The length of the free span whose first page is `i`.
  ATOLL_FIXED_INLINE size_t length(size_t i) const { return Records(pages_).at(i, kLength); }
  // The length of the free span that ends with page `i`. 0: the span begins there, and does not
  // end.
  ATOLL_FIXED_INLINE size_t length_before(size_t i) const { return Records(pages_).at(i, kTail); }

  // Both take O(1) for short spans, O(digits of a length) for others.
  ATOLL_FIXED_INLINE void add(size_t i, size_t n) {
    const Records records(pages_);
    records.at(i, kTail) = 0;
    records.at(i, kLength) = static_cast<Index>(n);
    records.at(i + n - 1, kTail) = static_cast<Index>(n);
    if (n >= kExact) {
      add_long(i, n);
    } else if (n >= kShortest) {
      const size_t next = lists_[n];
      lists_[n] = static_cast<Index>(i);
      map_ |= 1U << n;
      records.at(i, kPrevious) = 0;
      records.at(i, kNext) = static_cast<Index>(next);
      if (next != 0) records.at(next, kPrevious) = static_cast<Index>(i);
    }
  }

  __attribute__((noinline)) void remove(size_t i) {
    const Records records(pages_);
    const size_t n = records.at(i, kLength);
    if (n < kShortest) return;
    const size_t next = records.at(i, kNext);
    const size_t previous = records.at(i, kPrevious);
    if (next != 0) records.at(next, kPrevious) = static_cast<Index>(previous);
    if (previous != 0) {
      records.at(previous, kNext) = static_cast<Index>(next);
    } else if (n < kExact) {
      lists_[n] = static_cast<Index>(next);
      if (next == 0) map_ ^= 1U << n;
    } else {
      replace(seek(n), next);
    }
  }

  // Takes a span off its list: a shortest one of those on lists that have at least `n` pages, where
  // `n` is at least kShortest. 0: there is none. O(1).
  ATOLL_FIXED_INLINE size_t take_short(size_t n) {
    const uint32_t map = n < kExact ? map_ >> n : 0;
    if (map == 0) return 0;
    const Records records(pages_);
    const size_t length = n + zeroes_below(map);
    const size_t i = lists_[length];
    const size_t next = records.at(i, kNext);
    lists_[length] = static_cast<Index>(next);
    if (next == 0) {
      map_ ^= 1U << length;
    } else {
      records.at(next, kPrevious) = 0;
    }
    return i;
  }

  // The same for the tree. O(digits of a length). All branches to the right of the way to length
  // `n` have longer spans than `n`. The last of these branches has the shortest of them, and there
  // it is on the way that always goes left.
  __attribute__((noinline)) size_t take_long(size_t n) {
    if (n > count_) return 0;
    const Records records(pages_);
    Link best = nullptr;
    size_t least = count_;  // how many pages the best one has too many
    Link right = nullptr;
    Link link = lists_;
    uint32_t digits = static_cast<uint32_t>(n) << unused_digits_;
    for (; *link != 0 && least != 0; digits <<= 1) {
      // For a span that is too short this wraps to a large number.
      const size_t excess = records.at(*link, kLength) - n;
      if (excess < least) {
        best = link;
        least = excess;
      }
      link = &records.at(*link, kBranch);
      if (digits >> 31 != 0) {
        ++link;
      } else if (link[1] != 0) {
        right = link + 1;
      }
    }
    while (right != nullptr && *right != 0 && least != 0) {
      const size_t excess = records.at(*right, kLength) - n;
      if (excess < least) {
        best = right;
        least = excess;
      }
      right = &records.at(*right, kBranch);
      if (*right == 0) ++right;
    }
    if (best == nullptr) return 0;
    const size_t i = *best;
    const size_t next = records.at(i, kNext);
    if (next != 0) records.at(next, kPrevious) = 0;
    replace(best, next);
    return i;
  }

  // The length of the longest span; 0 if none has kShortest pages. O(digits of a length).
  size_t longest() const {
    const Records records(pages_);
    size_t most = 0;
    for (size_t t = lists_[0]; t != 0;) {
      if (records.at(t, kLength) > most) most = records.at(t, kLength);
      const size_t longer = records.at(t, kBranch + 1);
      t = longer != 0 ? longer : size_t{records.at(t, kBranch)};
    }
    for (unsigned n = kExact - 1; n >= kShortest && most == 0; --n) {
      if (lists_[n] != 0) most = n;
    }
    return most;
  }

  // For checks: whether the free span `i`, of kShortest pages or more, is where it should be.
  bool holds(size_t i) {
    const Records records(pages_);
    const size_t n = records.at(i, kLength);
    const size_t next = records.at(i, kNext);
    const size_t previous = records.at(i, kPrevious);
    if (next != 0 && (records.at(next, kPrevious) != i || records.at(next, kLength) != n)) {
      return false;
    }
    if (previous != 0) return records.at(previous, kNext) == i;
    return (n < kExact ? lists_[n] : *seek(n)) == i;
  }
  // For checks: how many spans are on lists and in the tree; more than count() if a list has no
  // end, or map_ is wrong.
  size_t size() const {
    size_t sum = 0;
    for (unsigned n = kShortest; n < kExact; ++n) {
      if ((lists_[n] != 0) != ((map_ >> n & 1) != 0)) return count_ + 1;
      sum += on_list(lists_[n]);
    }
    return sum + below(lists_[0], 0);
  }

 private:
  // May alias, because the program's objects of any type lie where these lie at other times.
  using Field __attribute__((may_alias)) = Index;
  using Link = Field*;

  // The places of fields in a free span. A page has four fields of 16 bits, or two of 32. The last
  // field of the first and of the last page is a tail. Only long spans have branches.
  enum : unsigned {
    kLength = 0,
    kTail = kPageSize / sizeof(Index) - 1,
    kNext = sizeof(Index) == 2 ? 1 : 2,
    kPrevious = sizeof(Index) == 2 ? 2 : 4,
    kBranch = sizeof(Index) == 2 ? 4 : 6,
  };

  // Has a copy of pages_, so that the compiler need not load it again after each write to a page.
  class Records {
   public:
    ATOLL_FIXED_INLINE explicit Records(unsigned char* pages) : pages_(pages) {}
    ATOLL_FIXED_INLINE Field& at(size_t i, unsigned place) const {
      return reinterpret_cast<Field*>(pages_ + i * kPageSize)[place];
    }

   private:
    unsigned char* pages_;
  };

  size_t on_list(size_t i) const {
    size_t sum = 0;
    for (; i != 0 && sum <= count_; i = Records(pages_).at(i, kNext)) ++sum;
    return sum;
  }
  size_t below(size_t t, unsigned depth) const {
    if (t == 0) return 0;
    if (depth > 32 - unused_digits_) return count_ + 1;
    const Records records(pages_);
    return on_list(t) + below(records.at(t, kBranch), depth + 1) +
           below(records.at(t, kBranch + 1), depth + 1);
  }

  // Where the tree has, or would have, the spans of `n` pages.
  __attribute__((noinline)) Link seek(size_t n) {
    const Records records(pages_);
    uint32_t digits = static_cast<uint32_t>(n) << unused_digits_;
    Link link = lists_;
    while (const size_t t = *link) {
      if (records.at(t, kLength) == n) break;
      link = &records.at(t, kBranch + (digits >> 31));
      digits <<= 1;
    }
    return link;
  }

  __attribute__((noinline)) void add_long(size_t i, size_t n) {
    const Records records(pages_);
    const Link link = seek(n);
    const size_t next = *link;
    *link = static_cast<Index>(i);
    records.at(i, kPrevious) = 0;
    records.at(i, kNext) = static_cast<Index>(next);
    records.at(i, kBranch) = 0;
    records.at(i, kBranch + 1) = 0;
    if (next == 0) return;
    records.at(next, kPrevious) = static_cast<Index>(i);
    copy_branches(next, i);
  }

  // Another span takes the place of the one at `link` of the tree: `next`, which has the same
  // length, or if that is 0, a leaf from below.
  __attribute__((noinline)) void replace(Link link, size_t next) {
    const Records records(pages_);
    const size_t i = *link;
    if (next == 0) {
      Link leaf = link;
      for (;;) {
        const Link below = &records.at(*leaf, kBranch);
        if (below[0] == 0 && below[1] == 0) break;
        leaf = below[0] != 0 ? below : below + 1;
      }
      next = *leaf;
      *leaf = 0;
      if (next == i) return;
    }
    *link = static_cast<Index>(next);
    copy_branches(i, next);
  }

  ATOLL_FIXED_INLINE void copy_branches(size_t from, size_t to) const {
    const Records records(pages_);
    records.at(to, kBranch) = records.at(from, kBranch);
    records.at(to, kBranch + 1) = records.at(from, kBranch + 1);
  }

  unsigned char* pages_;
  size_t count_;
  uint32_t map_;            // which lists have a span
  uint32_t unused_digits_;  // how many of 32 digits no length has
  Index lists_[kExact];     // by length; at index 0 the tree's root
};

}  // namespace fixed
}  // namespace Atoll
