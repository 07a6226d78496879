// The check of every invariant of the heap.

#include <array>
#include <bit>

#include "src/heap/heap.h"
#include "src/objects/span_objects.h"

namespace Atoll {

[[gnu::cold]] Line Heap::check() {
  if (!state_.has_value()) return {};
  const Entry entry(*this);
  if (entry.is_inner()) return {};
  Line wrong = state_->pages.check();
  if (wrong.view().empty()) wrong = state_->stacks.check();
  for (ThreadCache* cache = state_->caches.first(); cache != nullptr && wrong.view().empty();
       cache = cache->next) {
    wrong = state_->stacks.check(cache->stacks);
  }
  if (wrong.view().empty()) wrong = check_objects();
  return wrong;
}

[[gnu::cold]] Line Heap::check_span(const pages::Span& span) {
  Line line;
  const unsigned span_class = span.span_class.load(std::memory_order_relaxed);
  const unsigned taken = objects::count_taken(span);
  if (span_class >= sizes_.num_span_classes()) {
    return line << "span " << span.base << " has no span class";
  }
  if (taken > span.object_count) {
    return line << "span " << span.base << " has more objects taken than it has objects";
  }
  const objects::HeldSpans* const holder = span.holder.load(std::memory_order_relaxed);
  if (holder != nullptr && holder_of(span) == nullptr) {
    return line << "span " << span.base << " is held by a cache that is gone";
  }
  const unsigned counted =
      span.taken_count + static_cast<unsigned>(std::popcount(span.alloc_cache));
  if (taken != counted && !state_->objects.centrals[span_class].is_unswept(span)) {
    return line << "span " << span.base << " counts " << std::uint64_t{counted}
                << " objects taken, but has " << std::uint64_t{taken};
  }
  const bool is_listed = holder != nullptr
                             ? holder->usable.contains(&span) || holder->full.contains(&span)
                             : state_->objects.centrals[span_class].is_listed(span);
  if (!is_listed) return line << "span " << span.base << " is on the wrong list";
  return line;
}

// Checks every span by itself. Then checks for each span class that the objects whose bits are set
// are those in use and those in caches; that is unknown while spans wait to be swept.
[[gnu::cold]] Line Heap::check_objects() {
  const State& state = *state_;
  std::array<std::uint64_t, objects::kMaxSpanClasses> taken{};
  bool is_swept = true;
  for (std::uint64_t i = 0; i < state.pages.span_count(); ++i) {
    const pages::Span& span = *state.pages.span(i);
    if (span.state.load(std::memory_order_acquire) != pages::SpanState::kInUse) continue;
    if (!span.has_objects.load(std::memory_order_relaxed)) continue;  // a cache's stock
    Line wrong = check_span(span);
    if (!wrong.view().empty()) return wrong;
    taken[span.span_class.load(std::memory_order_relaxed)] += objects::count_taken(span);
    if (central_of(span).is_unswept(span)) is_swept = false;
  }
  if (!is_swept) return {};
  pages::PageStatistics pages;
  const objects::ObjectCounts counts = count_objects(&pages);
  for (unsigned i = 2; i < sizes_.num_span_classes(); ++i) {
    const objects::Central& central = state.objects.centrals[i];
    std::uint64_t cached = central.chained_count() + central.withheld_count(state.objects);
    for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
      cached += cache->objects.cached_count(i);
    }
    if (taken[i] == counts.allocated[i] - counts.freed[i] + cached) continue;
    Line line;
    return line << "span class " << std::uint64_t{i} << " has " << taken[i]
                << " objects taken, but " << counts.allocated[i] << " were allocated and "
                << counts.freed[i] << " freed, and caches hold " << cached;
  }
  return {};
}

}  // namespace Atoll
