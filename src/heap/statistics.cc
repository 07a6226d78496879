// Statistics that add up while other threads allocate and free.

#include <algorithm>

#include "src/heap/heap.h"

namespace Atoll {

// Reads frees before allocations. Meanwhile other threads may have had several objects at one
// place; so this counts no more objects as in use than fit at the moment at which it reads `pages`.
// A processor may show a thread's free before the allocation by another; then this counts as many
// allocations of large objects as frees.
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
      counts.large.freed += swept;
      counts.large.freed_bytes += bytes;
    }
  }
  for_each_cache([&](objects::Cache& cache) { cache.add_allocated(counts); });
  const LockGuard page_guard(state.pages.lock(), os);
  *pages = state.pages.statistics_locked();
  std::uint64_t most_large_bytes = pages->objects;
  std::uint64_t most_large = 0;
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
  counts.large.clamp_in_use(most_large, most_large_bytes);
  for (const ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    counts.large_cached += cache->objects.cached_large_bytes();
  }
  const std::uint64_t in_use = counts.large.allocated_bytes - counts.large.freed_bytes;
  counts.large_cached = std::min(counts.large_cached, most_large_bytes - in_use);
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
  result.heap_kept = pages.idle - pages.fresh - pages.released;
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
  result.large_mallocs = counts.large.allocated;
  result.large_frees = counts.large.freed;
  result.large_total_alloc = counts.large.allocated_bytes;
  result.large_cached = counts.large_cached;
  result.large_alloc = counts.large.allocated_bytes - counts.large.freed_bytes;
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

Line Heap::last_failure() {
  if (!state_.has_value()) return {};
  const Entry entry(*this);
  return entry.is_inner() ? Line() : state_->pages.last_failure();
}

}  // namespace Atoll
