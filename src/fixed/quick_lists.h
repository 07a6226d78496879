// Lists of freed blocks that wait for a request of the same length. PageBits still shows them as in
// use.
#pragma once

#include "src/fixed/page_bits.h"

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): C++11 has no other way.
namespace Atoll {
namespace fixed {

// A list for each of kLengths lengths, from kFirst pages on, of at most kMost blocks each.
template <class Index, unsigned kFirst, unsigned kLengths, unsigned kMost>
class QuickLists {
 protected:
  void clear() {
    for (List& list : lists_) list.count = 0;
  }

  // A block of `n` pages, which leaves its list; 0: there is none.
  ATOLL_FIXED_INLINE size_t take(size_t n) {
    if (n - kFirst >= kLengths) return 0;
    List& list = lists_[n - kFirst];
    const unsigned count = list.count;
    if (count == 0) return 0;
    list.count = static_cast<Index>(count - 1);
    return list.pages[count - 1];
  }
  // False: the list is full, or this length has no list.
  ATOLL_FIXED_INLINE bool put(size_t i, size_t n) {
    if (n - kFirst >= kLengths) return false;
    List& list = lists_[n - kFirst];
    const unsigned count = list.count;
    if (count == kMost) return false;
    list.pages[count] = static_cast<Index>(i);
    list.count = static_cast<Index>(count + 1);
    return true;
  }
  ATOLL_FIXED_INLINE bool holds(size_t i, size_t n) const {
    if (n - kFirst >= kLengths) return false;
    const List& list = lists_[n - kFirst];
    for (unsigned k = list.count; k-- != 0;) {
      if (list.pages[k] == i) return true;
    }
    return false;
  }

 private:
  struct List {
    Index count;
    Index pages[kMost];
  };
  List lists_[kLengths];
};

template <class Index, unsigned kFirst, unsigned kMost>
class QuickLists<Index, kFirst, 0, kMost> {
 protected:
  void clear() {}
  size_t take(size_t /*n*/) { return 0; }
  bool put(size_t /*i*/, size_t /*n*/) { return false; }
  bool holds(size_t /*i*/, size_t /*n*/) const { return false; }
};

}  // namespace fixed
}  // namespace Atoll
