// Free spans, ordered by size, and by address among spans of one size.
//
// A treap is a binary search tree that is also a heap of random priorities. The priorities keep it
// as flat as a tree of random insertions, so operations take logarithmic time on average, whatever
// the caller does.
#pragma once

#include <cstdint>

#include "src/pages/span.h"

namespace Atoll::pages {

struct TreapNode {
  Span* span = nullptr;
  TreapNode* left = nullptr;   // smaller spans
  TreapNode* right = nullptr;  // larger spans
  std::uint32_t priority = 0;  // not less than that of any node below
};

// Not thread safe: callers hold the heap's lock. No operation can fail.
class Treap {
 public:
  constexpr Treap() = default;
  Treap(const Treap&) = delete;
  Treap& operator=(const Treap&) = delete;

  // Makes it empty. `seed` is for the priorities.
  void init(std::uint64_t seed);
  // Forgets all spans, which may be gone already.
  void clear() { root_ = nullptr; }

  // Inserts the span with its own node, so span->treap_node must not be null. The span must not be
  // in the treap yet, and its size and base must not change until it is removed.
  void insert(Span* span);
  // Precondition: the treap contains the span.
  void remove(Span* span);
  bool contains(const Span* span) const;

  // The first span in the order that has more than `npages`, or just `npages` and a base of at
  // least `base`; or null.
  Span* at_least(std::uint64_t npages, Address base = Address()) const;
  // The last span in the order, and the last one before (npages, base); or null.
  Span* largest() const;
  Span* before(std::uint64_t npages, Address base) const;

  // Whether order and priorities are correct. Takes linear time.
  bool is_sound() const;

 private:
  std::uint32_t random();

  TreapNode* root_ = nullptr;
  std::uint32_t random_ = 1;  // not 0
};

}  // namespace Atoll::pages
