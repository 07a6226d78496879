// Free spans in order of size, and of address among spans of one size.
//
// A treap is a binary search tree that is also a heap of random priorities, which keep it as flat
// as a tree of random insertions: operations take logarithmic time on average, whatever the caller
// does.
#pragma once

#include <cstdint>

#include "src/pages/span.h"

namespace Atoll::pages {

struct TreapNode {
  Span* span = nullptr;
  TreapNode* left = nullptr;   // smaller spans
  TreapNode* right = nullptr;  // larger spans
  std::uint32_t priority = 0;  // not less than those of the nodes below
};

// Not thread safe: callers hold the heap's lock. No operation can fail.
class Treap {
 public:
  constexpr Treap() = default;
  Treap(const Treap&) = delete;
  Treap& operator=(const Treap&) = delete;

  // Empty, with priorities from `seed`.
  void init(std::uint64_t seed);
  // Forgets all spans, which may be gone already.
  void clear() { root_ = nullptr; }

  // The span's own node takes its place in the tree, so span->treap_node is not null. The span is
  // not here yet, and its size and base stay what they are until it is removed.
  void insert(Span* span);
  // Precondition: the span is here.
  void remove(Span* span);
  bool contains(const Span* span) const;

  // The first of at least `npages`, from `base` on among spans of just that size; or null.
  Span* at_least(std::uint64_t npages, Address base = Address()) const;
  // The last in the order, and the one before a place in it; or null.
  Span* largest() const;
  Span* before(std::uint64_t npages, Address base) const;

  // Whether order and priorities are what they should be. Takes linear time.
  bool is_sound() const;

 private:
  std::uint32_t random();

  TreapNode* root_ = nullptr;
  std::uint32_t random_ = 1;  // not 0
};

}  // namespace Atoll::pages
