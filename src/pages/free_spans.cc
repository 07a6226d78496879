#include "src/pages/free_spans.h"

#include <bit>
#include <memory>

namespace Atoll::pages {
namespace {

// The bit of the list for `npages` in its word.
std::uint64_t bit(std::size_t npages) { return std::uint64_t{1} << (npages % 64); }

}  // namespace

void FreeSpans::init(port::Release release, std::uint64_t seed) {
  clear();
  has_lists_ = release <= port::Release::k1_11;
  treap_.init(seed);
}

void FreeSpans::clear() {
  for (List<Span>& list : lists_) std::construct_at(&list);
  filled_ = {};
  treap_.clear();
}

void FreeSpans::insert(Span* span) {
  if (!is_listed(span->npages)) {
    treap_.insert(span);
    return;
  }
  const auto npages = static_cast<std::size_t>(span->npages);
  lists_[npages].push_front(span);
  filled_[npages / kBits] |= bit(npages);
}

void FreeSpans::remove(Span* span) {
  if (!is_listed(span->npages)) {
    treap_.remove(span);
    return;
  }
  const auto npages = static_cast<std::size_t>(span->npages);
  lists_[npages].remove(span);
  if (lists_[npages].empty()) filled_[npages / kBits] &= ~bit(npages);
}

bool FreeSpans::contains(const Span* span) const {
  if (!is_listed(span->npages)) return treap_.contains(span);
  return lists_[static_cast<std::size_t>(span->npages)].contains(span);
}

Span* FreeSpans::find_best_fit(std::uint64_t npages) const {
  if (is_listed(npages)) {
    const auto fewest = static_cast<std::size_t>(npages);
    std::uint64_t mask = ~(bit(fewest) - 1);
    for (std::size_t word = fewest / kBits; word < filled_.size(); ++word) {
      const std::uint64_t found = filled_[word] & mask;
      if (found != 0) {
        return lists_[word * kBits + static_cast<unsigned>(std::countr_zero(found))].first();
      }
      mask = ~std::uint64_t{0};
    }
  }
  return treap_.at_least(npages);
}

Span* FreeSpans::next_best_fit(const Span* best) const {
  if (!is_listed(best->npages)) return treap_.at_least(best->npages, best->base + 1);
  return best->next != nullptr ? best->next : find_best_fit(best->npages + 1);
}

[[gnu::cold]] bool FreeSpans::is_sound() const {
  for (std::size_t npages = 0; npages < kListedPages; ++npages) {
    const List<Span>& list = lists_[npages];
    if (((filled_[npages / kBits] & bit(npages)) != 0) == list.empty()) return false;
    for (const Span* span = list.first(); span != nullptr; span = span->next) {
      if (span->npages != npages || !list.contains(span)) return false;
    }
  }
  return treap_.is_sound() && (!has_lists_ || treap_.before(kListedPages, Address()) == nullptr);
}

}  // namespace Atoll::pages
