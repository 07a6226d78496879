// Statistics, and the check of the whole heap.

#include <algorithm>
#include <bit>

#include "src/heap/heap.h"
#include "src/objects/span_objects.h"

namespace Atoll {

// Frees are read before allocations, so that no object is counted as freed only. Other threads may
// have had several objects at one place meanwhile; so no more are counted as in use than fit, at
// the moment for which `pages` is right.
[[gnu::cold]] objects::ObjectCounts Heap::count_objects(pages::PageStatistics* pages) {
  State& state = *state_;
  os::Os& os = state.platform.os;
  const LockGuard guard(state.lock, os);
  objects::ObjectCounts counts = state.retired;
  for_each_cache([&](objects::Cache& cache) { cache.add_freed(counts); });
  for (unsigned i = 0; i < sizes_.num_span_classes(); ++i) {
    std::uint64_t bytes = 0;
    const std::uint64_t swept = state.objects.centrals[i].swept_frees(state.objects, &bytes);
    if (port::size_class_of(i) != 0) {
      counts.freed[i] += swept;
    } else {
      counts.large_freed += swept;
      counts.large_freed_bytes += bytes;
    }
  }
  for_each_cache([&](objects::Cache& cache) { cache.add_allocated(counts); });
  const LockGuard page_guard(state.pages.lock(), os);
  *pages = state.pages.statistics_locked();
  std::uint64_t most_large_bytes = counts.large_freed_bytes + pages->objects;
  std::uint64_t most_large = counts.large_freed;
  for (unsigned i = 0; i < sizes_.num_span_classes(); ++i) {
    const std::uint64_t spans = state.objects.centrals[i].span_count();
    if (port::size_class_of(i) == 0) {
      most_large += spans;
      continue;
    }
    most_large_bytes -= spans * sizes_.size_class(i).span_bytes();
    counts.places[i] = spans * sizes_.object_count(i);
    counts.allocated[i] = std::min(counts.allocated[i], counts.freed[i] + counts.places[i]);
  }
  counts.large_allocated = std::min(counts.large_allocated, most_large);
  counts.large_allocated_bytes = std::min(counts.large_allocated_bytes, most_large_bytes);
  return counts;
}

[[gnu::cold]] Statistics Heap::statistics() {
  Statistics result;
  if (!state_.has_value()) return result;
  const Entry entry(*this);
  if (entry.is_inner()) return result;
  State& state = *state_;
  pages::PageStatistics pages;
  const objects::ObjectCounts counts = count_objects(&pages);

  result.heap_sys = pages.mapped - pages.stacks;
  result.heap_in_use = pages.objects;
  result.heap_idle = pages.idle;
  result.heap_released = pages.released;
  result.heap_fresh = pages.fresh;
  result.stack_in_use = pages.stacks;
  result.stack_sys = pages.stacks;
  result.mspan_in_use = pages.span_record_bytes;
  result.mspan_sys = state.counters.get(MemoryKind::kSpans);
  {
    const LockGuard guard(state.lock, state.platform.os);
    result.mcache_in_use = state.cache_records.in_use_bytes();
  }
  result.mcache_sys = state.counters.get(MemoryKind::kCaches);
  result.buck_hash_sys = state.counters.get(MemoryKind::kProfiling);
  result.gc_sys = state.counters.get(MemoryKind::kGc);
  result.other_sys = state.counters.get(MemoryKind::kOther);
  result.sys = result.heap_sys + result.stack_sys + result.metadata();

  result.tiny_allocs = counts.tiny_allocated;
  result.large_mallocs = counts.large_allocated;
  result.large_frees = counts.large_freed;
  result.large_total_alloc = counts.large_allocated_bytes;
  result.large_alloc = counts.large_allocated_bytes - counts.large_freed_bytes;
  result.mallocs = result.large_mallocs;
  result.frees = result.large_frees;
  result.alloc = result.large_alloc;
  result.total_alloc = result.large_total_alloc;
  result.size_classes = sizes_.num_span_classes() / 2;
  for (unsigned i = 0; i < sizes_.num_span_classes(); ++i) {
    Statistics::BySize& by_size = result.by_size[port::size_class_of(i)];
    by_size.size = sizes_.size_class(i).size;
    by_size.mallocs += counts.allocated[i];
    by_size.frees += counts.freed[i];
    by_size.free_places += counts.places[i] - (counts.allocated[i] - counts.freed[i]);
    result.mallocs += counts.allocated[i];
    result.frees += counts.freed[i];
    result.alloc += by_size.size * (counts.allocated[i] - counts.freed[i]);
    result.total_alloc += by_size.size * counts.allocated[i];
  }
  result.heap_alloc = result.alloc;
  result.heap_objects = result.mallocs - result.frees;
  return result;
}

// Gives the page heap what this thread's cache, if it has one, and the central lists have that is
// free. Inside of the heap.
void Heap::give_back_own(ThreadCache* own) {
  if (own != &no_cache) flush(*own);
  settle_chains();
}

std::uint64_t Heap::scavenge(std::uint64_t age_nanoseconds) {
  if (!state_.has_value() || is_abandoned()) return 0;
  const Entry entry(*this);
  if (entry.is_inner()) return 0;
  give_back_own(entry.cache());
  return state_->pages.scavenge_older_than(age_nanoseconds);
}

std::uint64_t Heap::trim() {
  if (!state_.has_value() || is_abandoned()) return 0;
  const Entry entry(*this);
  if (entry.is_inner()) return 0;
  State& state = *state_;
  adopt_all();
  give_back_own(entry.cache());
  {
    objects::Surplus surplus(state.objects);
    const LockGuard guard(state.lock, state.platform.os);
    for_each_cache([&](objects::Cache& cache) { cache.give_back_free(state.objects, surplus); });
  }
  std::uint64_t bytes = state.pages.scavenge_older_than(0);
  const os::Machine& machine = state.platform.machine;
  // Elsewhere the pages of a span in use could not be had again for sure.
  if (machine.can_shrink && machine.lazy_commit) {
    for (objects::Central& central : state.objects.centrals) {
      bytes += central.release_free_pages(state.objects);
    }
  }
  return bytes;
}

Line Heap::last_failure() {
  if (!state_.has_value()) return {};
  const Entry entry(*this);
  return entry.is_inner() ? Line() : state_->pages.last_failure();
}

// --- The check. ---

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

// Every span by itself; and for each span class, that the objects whose bits are set are those in
// use and those in caches. That cannot be told while spans wait to be swept.
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
    std::uint64_t cached = state.objects.centrals[i].chained_count();
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
