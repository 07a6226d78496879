// Where a freed object goes: to a list, to a batch, or straight to its span.

#include "src/objects/cache.h"

namespace Atoll::objects {

void Cache::free(ObjectHeap& heap, void* p) {
  const Address address = heap.platform->address(p);
  Span* const span = heap.pages->map().object_span_of(address);
  if (span == nullptr) {
    const Span* const other = heap.pages->map().span_of(address);
    const bool is_stack = other != nullptr &&
                          other->state.load(std::memory_order_acquire) == pages::SpanState::kManual;
    heap.report(is_stack ? CorruptionKind::kFreeOfStack : CorruptionKind::kFreeOfForeignPointer, p,
                is_stack ? other : nullptr);
    return;
  }
  const std::uint64_t index = index_of(*span, address);
  const Address base = object_at(*span, index);
  TinyBlock* const blocks = span->tiny_blocks.load(std::memory_order_acquire);
  if (blocks != nullptr && index < span->object_count &&
      blocks[index].load(std::memory_order_relaxed) != 0) {
    free_tiny(heap, span, blocks[index], base, p);
    return;
  }
  if (base != address || index >= span->object_count) {
    heap.report(CorruptionKind::kFreeInsideObject, p, span);
    return;
  }
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  // Every object that has or had a special record takes this path.
  if (heap.specials.in_use() != 0) {
    // Perhaps only a finalizer keeps the object alive: sweep the span first, to find out.
    if (!heap.centrals[span_class].sweep_for(heap, span, index)) {
      heap.report(CorruptionKind::kDoubleFree, p, span);
      return;
    }
    heap.specials.remove_all(span, base - span->base, heap.options.on_sample_freed,
                             heap.options.sample_context);
    heap.specials.drop_due(p);
  }
  if (port::size_class_of(span_class) == 0) {
    if (span->is_cached.load(std::memory_order_relaxed)) {
      heap.report(CorruptionKind::kDoubleFree, p, span);
    } else if (!make_room_for_large(heap, span)) {
      free_large(heap, span, p);
    }
    return;
  }
  const pages::Arena* const arena = heap.pages->map().arena(address);
  const pages::PageRecord record =
      arena->records()[heap.pages->map().page_index(address)].load(std::memory_order_relaxed);
  // If the record is empty, nobody knows whose the object was, and this cache takes it.
  put_back(heap, span_class, p, record.is_empty() || record.is_of(own_number_));
}

// Frees one object in its span at once, by way of the central list. Calls count_freed() under the
// cache's lock, unless the object was free already.
template <typename Count>
inline void Cache::free_to_central(ObjectHeap& heap, unsigned span_class, void* p,
                                   Count count_freed) {
  List<Span> empties;
  const std::uint32_t freed =
      heap.centrals[span_class].free_chain(heap, {static_cast<FreeObject*>(p), 1}, empties);
  Surplus surplus(heap);
  const LockGuard guard(*lock_, heap.os());
  spans_.put_in_stock(heap, empties, surplus);
  if (freed != 0) count_freed();
}

void Cache::free_large(ObjectHeap& heap, Span* span, void* p) {
  const std::uint64_t bytes = span->bytes();
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  free_to_central(heap, span_class, p, [&] { large_.count_freed(bytes); });
}

bool Cache::gather(ObjectHeap& heap, pages::WhoseList whose, void* p) {
  // Large objects have no list.
  const unsigned span_class = span_class_at(whose.offset());
  if (span_class == 0 || number_.is_nobody()) return false;
  if (add_to_batch(heap, span_class, p)) {
    heap.call_inside(*this, span_class, [](Cache& cache, ObjectHeap& its_heap, unsigned list) {
      cache.finish_batch(its_heap, list, Others::kPassOn);
    });
  }
  return true;
}

// Returns whether the batch should be passed on.
bool Cache::add_to_batch(const ObjectHeap& heap, unsigned span_class, void* p) {
  return classes_[span_class].batch.add(p) >= heap.sizes->batch(span_class);
}

void Cache::put_back(ObjectHeap& heap, unsigned span_class, void* p, bool is_own) {
  if (is_careful_) {
    free_small(heap, span_class, p);
  } else if (!is_own) {
    if (add_to_batch(heap, span_class, p)) finish_batch(heap, span_class, Others::kPassOn);
  } else if (lists_.is_on_trial(span_class)) {
    if (!keep_on_trial(heap, span_class, p)) free_small(heap, span_class, p);
  } else if (!lists_[span_class].push(p)) {
    overflow(heap, list_offset(span_class));
  }
}

[[gnu::cold]] void Cache::free_small(ObjectHeap& heap, unsigned span_class, void* p) {
  free_to_central(heap, span_class, p, [&] { ++classes_[span_class].freed; });
}

// Returns whether the object is on the list now. The next free to the list counts it again.
[[gnu::cold]] bool Cache::keep_on_trial(ObjectHeap& heap, unsigned list, void* p) {
  const LockGuard guard(*lock_, heap.os());
  lists_.count(heap, list);
  if (lists_.is_on_trial(list) && lists_.length(list) >= lists_.first_limit(list)) return false;
  (void)lists_[list].push(p);
  return true;
}

void Cache::finish_batch(ObjectHeap& heap, unsigned span_class, Others others) {
  ClassCache& state = classes_[span_class];
  if (state.batch.empty()) return;
  heap.adopt_all(span_class);
  Chain chain;
  {
    const LockGuard guard(*lock_, heap.os());
    chain = state.batch.take();
    state.freed += chain.count;
  }
  // The other objects most likely lie in spans of the same thread.
  const Span* const span = heap.pages->map().span_of(heap.platform->address(chain.first));
  if (others == Others::kPassOn && span != nullptr &&
      span->holder.load(std::memory_order_relaxed) != nullptr &&
      heap.centrals[span_class].keep(heap, chain)) {
    return;
  }
  (void)settle(heap, span_class, chain, others);
}

}  // namespace Atoll::objects
