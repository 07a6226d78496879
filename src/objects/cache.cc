#include "src/objects/cache.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <type_traits>

#include "src/policy.h"

namespace Atoll::objects {

static_assert(std::is_standard_layout_v<Cache> && std::is_standard_layout_v<FreeLists>,
              "the first member, the lists, begins where the cache does");

void Cache::init(ObjectHeap& heap, ClassCache* classes, Mutex& lock, pages::CacheNumber number,
                 std::uint64_t seed) {
  lock_ = &lock;
  classes_ = BySpanClass(classes);
  lists_.init(classes);
  spans_.init(classes);
  own_number_ = number;
  random_.state = seed;
  if (heap.options.profile_rate != 0) {
    next_sample_ = objects::next_sample(heap.platform->spec.release, heap.platform->spec.goos,
                                        heap.options.profile_rate, random_);
  }
  set_careful(heap.is_careful());
}

void Cache::set_careful(bool is_careful) {
  is_careful_ = is_careful;
  keeps_large_ = keeps_large_ && !is_careful;
  update_number();
}

[[gnu::cold]] void Cache::set_number(pages::CacheNumber number) {
  own_number_ = number;
  update_number();
}

void Cache::update_number() {
  number_ = is_careful_ ? pages::CacheNumber() : own_number_;
  spans_.set_number(number_);
}

void Cache::refresh_lookup(ObjectHeap& heap, const port::PortSpec& port) {
  const pages::ArenaMap& map = heap.pages->map();
  if (arena_table_ != 0 && window_.page_count == map.window().page_count) return;
  const port::PortSpec& mine = heap.platform->spec;
  const bool is_same =
      mine.log_heap_arena_bytes == port.log_heap_arena_bytes &&
      mine.arena_l1_bits == port.arena_l1_bits && mine.arena_l2_bits == port.arena_l2_bits &&
      mine.arena_index(0) == port.arena_index(0) && heap.platform->machine.pointer_bias == 0;
  if (!is_same) return;
  window_ = map.window();
  const auto table = reinterpret_cast<std::uintptr_t>(map.fast_table());
  if (table == 0) return;
  // The index into a map of one level is the address alone, so the table's address includes the
  // rest.
  arena_table_ = table + static_cast<std::uintptr_t>(map.fast_offset() * sizeof(void*));
  // The slow lookup handles addresses that are behind the end of the map or wrap round to its
  // beginning.
  arena_limit_ = static_cast<std::uintptr_t>(map.fast_arenas());
}

// --- Objects from spans. ---

void* Cache::allocate(ObjectHeap& heap, unsigned span_class) {
  if (is_careful_) return allocate_carefully(heap, span_class);
  FreeList& list = lists_[span_class];
  void* const object = list.pop();
  if (object != nullptr) return object;
  return refill(heap, span_class) ? list.pop() : nullptr;
}

bool Cache::refill(ObjectHeap& heap, unsigned span_class) {
  const FreeList& list = lists_[span_class];
  {
    Surplus surplus(heap);
    const LockGuard guard(*lock_, heap.os());
    lists_.count(heap, span_class);
    // On trial the cache holds no span, not even one that it took over for objects that it freed
    // there.
    if (lists_.is_on_trial(span_class)) [[unlikely]]
      give_back_held(heap, span_class, surplus);
  }
  if (!list.empty()) [[unlikely]] {
    name_double_free(heap, span_class);
    return true;
  }
  if (lists_.is_on_trial(span_class)) return refill_with_one(heap, span_class);
  if (const Chain chain = heap.centrals[span_class].take_chain(heap); chain.first != nullptr) {
    lists_.fill(span_class, chain);
    return true;
  }
  const std::int32_t wanted = lists_.next_refill(heap, span_class);
  // The cache makes a new span only when it needs an object at once, so that spans lie in the order
  // in which they are needed. A trim may take the span away before the cache gets its first object.
  do {
    Surplus surplus(heap);
    const LockGuard guard(*lock_, heap.os());
    lists_.fill(span_class, spans_.take(heap, span_class, wanted, surplus));
  } while (list.empty() && hold_another(heap, span_class));
  return !list.empty();
}

// For a class on trial: takes an object from a span that no cache holds, so that threads share the
// spans of classes that they use little.
[[gnu::cold]] bool Cache::refill_with_one(ObjectHeap& heap, unsigned span_class) {
  Central& central = heap.centrals[span_class];
  FreeObject* object = central.take_shared(heap);
  while (object == nullptr && heap.adopt(span_class, ObjectHeap::Orphans::kNext)) {
    object = central.take_shared(heap);
  }
  if (object == nullptr) {
    Span* const span = new_span(heap, heap.sizes->size_class(span_class).npages);
    if (span == nullptr) return false;
    object = central.take_shared(heap, span);
  }
  object->next = &end_of_list;
  lists_.fill(span_class, {object, 1});
  return true;
}

[[gnu::cold]] void* Cache::allocate_carefully(ObjectHeap& heap, unsigned span_class) {
  void* object = nullptr;
  do {
    Surplus surplus(heap);
    const LockGuard guard(*lock_, heap.os());
    object = spans_.take_one(heap, span_class, surplus);
  } while (object == nullptr && hold_another(heap, span_class));
  if (object != nullptr) sample(heap, object, heap.sizes->size_class(span_class).size);
  return object;
}

void* Cache::allocate_large(ObjectHeap& heap, std::size_t size, std::size_t alignment, Scan scan,
                            bool* needs_zero) {
  const std::uint64_t npages = pages::pages_for(size);
  if (scan == Scan::kNoscan) {
    if (const Span* const kept = take_aligned_large(heap, npages, alignment); kept != nullptr) {
      *needs_zero = true;
      return heap.platform->pointer(kept->base);
    }
    // Once a heap has marked, whoever frees a large object may have to sweep its span first.
    keeps_large_ = heap.options.most_large_cached != 0 && !heap.may_have_marks && !is_careful_;
  }
  const unsigned span_class = port::span_class(0, scan == Scan::kNoscan);
  Span* const span = new_span(heap, npages, alignment);
  if (span == nullptr) return nullptr;
  *needs_zero = span->needs_zero;
  void* const object = heap.centrals[span_class].add_large(heap, span);
  {
    const LockGuard guard(*lock_, heap.os());
    large_.count_allocated(npages * port::kPageSize);
  }
  sample(heap, object, npages * port::kPageSize);
  return object;
}

bool Cache::resize_large(ObjectHeap& heap, Span* span, std::uint64_t npages) {
  if (npages > span->npages) give_back_before_ask(heap, npages - span->npages);
  const std::uint64_t before = span->bytes();
  // A record of a large object names its place by its length.
  heap.pages->map().set_records(*span, pages::PageRecord());
  const bool is_done =
      npages > span->npages ? heap.pages->extend(span, npages) : heap.pages->truncate(span, npages);
  if (!is_done) return false;
  {
    const LockGuard guard(heap.pages->lock(), heap.os());
    span->object_size = span->bytes();
  }
  const LockGuard guard(*lock_, heap.os());
  large_.count_resized(before, span->bytes());
  return true;
}

// --- The end of a cache. ---

void Cache::flush(ObjectHeap& heap) {
  close_tiny(heap);
  forget_limits(heap);
  for (unsigned i = 0; i < heap.sizes->num_span_classes(); ++i) {
    const ClassCache& state = classes_[i];
    if (lists_[i].empty() && state.list.limit == 0 && state.held.count == 0 &&
        state.batch.empty()) {
      continue;
    }
    count(heap, i);
    (void)settle(heap, i, lists_.give_all(i), Others::kFree);
    finish_batch(heap, i, Others::kFree);
    Surplus surplus(heap);
    const LockGuard guard(*lock_, heap.os());
    give_back_held(heap, i, surplus);
  }
  (void)give_back_own_stock(heap);
  Surplus surplus(heap);
  give_back_all_large(heap, surplus);
  (void)large_.recount();
}

[[gnu::cold]] void Cache::forget_lists() {
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    ClassCache& state = classes_[i];
    const std::int32_t kept = lists_.listed_count(i) + state.batch.count();
    if (kept == 0) continue;
    state.freed -= static_cast<std::uint64_t>(std::int64_t{kept});
    // From now on others read only the figures.
    state.list.length -= kept;
  }
}

void Cache::clear_classes() {
  for (ClassCache& state : classes_) {
    const ListAccount& list = state.list;
    const bool is_used = list.limit != 0 || list.granted != 0 || list.refill != 0;
    if (is_used || state.allocated != 0 || state.freed != 0) std::construct_at(&state);
  }
}

// --- Statistics. ---

void Cache::add_freed(ObjectCounts& counts) const {
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    const ClassCache& state = classes_[i];
    const std::int32_t since = lists_.freed_count(i) + state.batch.count();
    counts.freed[i] += state.freed + static_cast<std::uint64_t>(std::int64_t{since});
  }
  const LargeCounts large = large_.counts();
  counts.large.freed += large.freed;
  counts.large.freed_bytes += large.freed_bytes;
}

void Cache::add_allocated(ObjectCounts& counts) const {
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    const ClassCache& state = classes_[i];
    counts.allocated[i] += state.allocated + static_cast<std::uint32_t>(lists_[i].allocated.read());
  }
  counts.tiny_allocated += tiny_allocated_;
  const LargeCounts large = large_.counts();
  counts.large.allocated += large.allocated;
  counts.large.allocated_bytes += large.allocated_bytes;
}

[[gnu::cold]] std::uint64_t Cache::cached_count(unsigned span_class) const {
  const ClassCache& state = classes_[span_class];
  std::int32_t count = lists_.listed_count(span_class) + state.batch.count();
  for (const List<Span>* list : {&state.held.usable, &state.held.full}) {
    for (const Span* span = list->first(); span != nullptr; span = span->next) {
      count += std::popcount(span->alloc_cache) + span->freed_count.load(std::memory_order_relaxed);
    }
  }
  return static_cast<std::uint64_t>(std::max<std::int32_t>(0, count));
}

}  // namespace Atoll::objects
