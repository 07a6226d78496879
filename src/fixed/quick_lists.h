// Lists of freed blocks that wait for a request of the same length. PageBits still shows them as in
// use.
#pragma once

#include "src/fixed/page_bits.h"

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): C++11 has no other way.
namespace Atoll {
namespace fixed {

// A list for each of kLengths lengths, from two pages on, of at most kMost blocks each. The blocks
// themselves hold the links. All bytes are zeroed at first.
template <class Index, unsigned kLengths, unsigned kMost>
class QuickLists {
 protected:
  static ATOLL_FIXED_INLINE bool has(size_t n) { return n - kFirst < kLengths; }

  // The page of a block of `n` pages, which leaves its list; 0: there is none. Page 0 is at
  // `pages`.
  ATOLL_FIXED_INLINE size_t take(unsigned char* pages, size_t n) {
    if (!has(n)) return 0;
    List& list = lists_[n - kFirst];
    const size_t i = list.first;
    if (i == 0) return 0;
    list.first = of(pages + i * 8)->next;
    --list.count;
    return i;
  }
  // False: the list is full, or this length has no list.
  ATOLL_FIXED_INLINE bool put(void* block, size_t i, size_t n) {
    if (!has(n)) return false;
    List& list = lists_[n - kFirst];
    if (list.count == kMost) return false;
    ++list.count;
    of(block)->next = list.first;
    of(block)->page = static_cast<Index>(i);
    list.first = static_cast<Index>(i);
    return true;
  }
  // Whether the block `i` of `n` pages is on a list.
  ATOLL_FIXED_INLINE bool holds(const void* block, size_t i, size_t n) const {
    // Hardly any block that is on no list has its own number there.
    if (!has(n) || of(block)->page != i) return false;
    return is_listed(static_cast<const unsigned char*>(block) - i * 8, i, n);
  }

 private:
  enum : unsigned { kFirst = 2 };

  struct List {
    Index first;
    Index count;
  };
  struct __attribute__((may_alias)) Record {
    Index next;
    Index page;  // of the block itself
  };

  static ATOLL_FIXED_INLINE Record* of(void* block) { return static_cast<Record*>(block); }
  static ATOLL_FIXED_INLINE const Record* of(const void* block) {
    return static_cast<const Record*>(block);
  }

  __attribute__((noinline)) bool is_listed(const unsigned char* pages, size_t i, size_t n) const {
    size_t k = lists_[n - kFirst].first;
    while (k != 0 && k != i) k = of(pages + k * 8)->next;
    return k != 0;
  }

  List lists_[kLengths];
};

template <class Index, unsigned kMost>
class QuickLists<Index, 0, kMost> {
 protected:
  static size_t take(unsigned char* /*pages*/, size_t /*n*/) { return 0; }
  static bool put(void* /*block*/, size_t /*i*/, size_t /*n*/) { return false; }
  static bool holds(const void* /*block*/, size_t /*i*/, size_t /*n*/) { return false; }
};

}  // namespace fixed
}  // namespace Atoll
