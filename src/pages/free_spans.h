// The free spans of a heap, and the search for the best fit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/base/list.h"
#include "src/pages/span.h"
#include "src/pages/treap.h"
#include "src/port/port.h"

namespace Atoll::pages {

// Up to release 1.11, lists by size hold the spans of fewer than 128 pages, and a search takes the
// last one that was inserted; a treap holds larger ones, and a search takes the lowest address
// first. From 1.12 the treap holds all spans.
//
// Not thread safe: callers hold the heap's lock. No operation can fail. Lists take constant time,
// the treap logarithmic time.
class FreeSpans {
 public:
  static constexpr std::size_t kListedPages = 128;

  constexpr FreeSpans() = default;
  FreeSpans(const FreeSpans&) = delete;
  FreeSpans& operator=(const FreeSpans&) = delete;

  // Makes it empty. `seed` is for the treap.
  void init(port::Release release, std::uint64_t seed);
  // Forgets all spans, which may be gone already.
  void clear();

  // The span must have a treap node and be on no list. Its size and base must not change until it
  // is removed.
  void insert(Span* span);
  void remove(Span* span);
  bool contains(const Span* span) const;

  // The smallest span of at least `npages`, or null.
  Span* find_best_fit(std::uint64_t npages) const;
  // What find_best_fit() would find without `best`, which it returned; or null.
  Span* next_best_fit(const Span* best) const;

  // Calls visit(span) for all spans, larger ones first, until it returns false. `visit` must not
  // change this object.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (Span* span = treap_.largest(); span != nullptr;
         span = treap_.before(span->npages, span->base)) {
      if (!visit(span)) return;
    }
    for (std::size_t npages = has_lists_ ? kListedPages - 1 : 0; npages > 0; --npages) {
      for (Span* span = lists_[npages].first(); span != nullptr; span = span->next) {
        if (!visit(span)) return;
      }
    }
  }

  // Whether every span is where it should be. Takes linear time.
  bool is_sound() const;

 private:
  static constexpr std::size_t kBits = 64;

  bool is_listed(std::uint64_t npages) const { return has_lists_ && npages < kListedPages; }

  bool has_lists_ = false;
  std::array<List<Span>, kListedPages> lists_{};              // by number of pages
  std::array<std::uint64_t, kListedPages / kBits> filled_{};  // a bit for each list, set if the
                                                              // list is not empty
  Treap treap_;
};

}  // namespace Atoll::pages
