#include "src/objects/central.h"

#include <bit>

#include "src/objects/sweep.h"
#include "src/policy.h"

namespace Atoll::objects {

// Returns a swept span with a free object that nobody holds. Null: there is none.
Span* Central::find_free(ObjectHeap& heap, List<Span>& empties) {
  // Sweeps only when there is no other span, and only until it finds one.
  while (partial_.empty() && empties.empty() && !unswept_.empty()) {
    Span* const span = unswept_.first();
    sweep(heap, span);
    place(span, empties);
  }
  return !partial_.empty() ? partial_.first() : empties.first();
}

bool Central::take(ObjectHeap& heap, const Holder& holder) {
  List<Span> empties;
  const LockGuard guard(lock_, heap.os());
  Span* const found = find_free(heap, empties);
  if (found != nullptr) hold(heap, found, holder);
  return found != nullptr;
}

[[gnu::cold]] FreeObject* Central::take_shared(ObjectHeap& heap) {
  List<Span> empties;
  const LockGuard guard(lock_, heap.os());
  Span* const found = find_free(heap, empties);
  return found != nullptr ? take_shared_of(heap, found) : nullptr;
}

[[gnu::cold]] FreeObject* Central::take_shared(ObjectHeap& heap, Span* span) {
  begin(heap, *span);
  const LockGuard guard(lock_, heap.os());
  return take_shared_of(heap, span);
}

[[gnu::cold]] FreeObject* Central::take_shared_of(ObjectHeap& heap, Span* span) {
  const unsigned index = take_one(*span);
  List<Span> empties;
  place(span, empties);
  return heap.platform->pointer_to<FreeObject>(object_at(*span, index));
}

void Central::begin(ObjectHeap& heap, Span& span) {
  prepare(span, heap.pages->map(), *heap.sizes, span_class(heap), heap.generation(),
          heap.may_have_marks);
  spans_.fetch_add(1, std::memory_order_relaxed);
}

void Central::add(ObjectHeap& heap, const Holder& holder, Span* span) {
  begin(heap, *span);
  const LockGuard guard(lock_, heap.os());
  hold(heap, span, holder);
}

void Central::hold(ObjectHeap& heap, Span* span, const Holder& holder) {
  if (span->list != nullptr) span->list->remove(span);
  holder.held.usable.push_front(span);
  ++holder.held.count;
  span->holder.store(&holder.held, std::memory_order_relaxed);
  heap.pages->map().set_records(*span, span->frees_slowly ? pages::PageRecord() : holder.record);
}

bool Central::try_hold(ObjectHeap& heap, Span* span, const Holder& holder, Address address) {
  const LockGuard guard(lock_, heap.os());
  const bool is_free = span->holder.load(std::memory_order_relaxed) == nullptr &&
                       (span->list == &full_ || span->list == &partial_) &&
                       span->range().contains(address);
  // A span that is about to become empty goes back to the page heap.
  if (!is_free || span->taken_count <= 1) return false;
  hold(heap, span, holder);
  return true;
}

void Central::end_hold(Span* span, HeldSpans& held) {
  span->list->remove(span);
  --held.count;
  span->holder.store(nullptr, std::memory_order_relaxed);
  untake(*span);
  // The objects that were in alloc_cache lie before free_index.
  span->free_index = 0;
}

std::uint32_t Central::take_back(ObjectHeap& heap, HeldSpans& held, Span* span,
                                 List<Span>& empties) {
  std::uint32_t rejected = 0;
  {
    const LockGuard guard(lock_, heap.os());
    if (span->freed_by_others != nullptr) rejected = collect(heap, held, empties);
    if (held.has(*span)) {
      end_hold(span, held);
      place(span, empties);
    }
  }
  forget(heap, empties);
  return rejected;
}

std::uint32_t Central::collect_freed(ObjectHeap& heap, HeldSpans& held, List<Span>& empties) {
  std::uint32_t rejected = 0;
  {
    const LockGuard guard(lock_, heap.os());
    rejected = collect(heap, held, empties);
  }
  forget(heap, empties);
  return rejected;
}

// Frees what others have freed in a span that a cache holds, or held until now.
std::uint32_t Central::free_waiting(ObjectHeap& heap, Span& span) {
  std::uint32_t rejected = 0;
  FreeObject* object = span.freed_by_others;
  for (unsigned left = span.freed_count.load(std::memory_order_relaxed); left > 0; --left) {
    FreeObject* const next = object->next;
    if (!release(heap, span, heap.platform->address(object))) ++rejected;
    object = next;
  }
  span.freed_by_others = nullptr;
  span.freed_count.store(0, std::memory_order_relaxed);
  return rejected;
}

std::uint32_t Central::collect(ObjectHeap& heap, HeldSpans& held, List<Span>& empties) {
  std::uint32_t rejected = 0;
  Span* span = held.freed_by_others.load(std::memory_order_relaxed);
  held.freed_by_others.store(nullptr, std::memory_order_relaxed);
  for (; span != nullptr; span = span->next_freed) {
    rejected += free_waiting(heap, *span);
    if (span->taken_count == 0 && held.has_several_usable()) {
      end_hold(span, held);
      place(span, empties);
    } else if (held.full.contains(span)) {
      held.full.remove(span);
      held.usable.push_front(span);
    }
  }
  return rejected;
}

[[gnu::cold]] unsigned Central::take_object(ObjectHeap& heap, Span& span) {
  const LockGuard guard(lock_, heap.os());
  return take_one(span);
}

void* Central::add_large(ObjectHeap& heap, Span* span) {
  begin(heap, *span);
  word_of(span->alloc_bits, 0).store(1, std::memory_order_relaxed);
  if (heap.marking.load(std::memory_order_relaxed)) {
    word_of(span->mark_bits, 0).store(1, std::memory_order_relaxed);
  }
  span->taken_count = 1;
  const LockGuard guard(lock_, heap.os());
  full_.push_back(span);
  return heap.platform->pointer(span->base);
}

void Central::place(Span* span, List<Span>& empties) {
  List<Span>* belongs = &partial_;
  if (span->taken_count == 0) {
    belongs = &empties;
  } else if (span->taken_count == span->object_count) {
    belongs = &full_;
  }
  if (span->list == belongs) return;
  if (span->list != nullptr) span->list->remove(span);
  belongs->push_front(span);
}

// Ends the spans that became empty: they no longer belong to this list.
void Central::forget(ObjectHeap& heap, const List<Span>& empties) {
  for (Span* span = empties.first(); span != nullptr; span = span->next) {
    if (!span->has_objects.load(std::memory_order_relaxed)) continue;
    TinyBlock* const table = span->tiny_blocks.load(std::memory_order_relaxed);
    if (table != nullptr) heap.tiny_tables.free(table);
    span->tiny_blocks.store(nullptr, std::memory_order_relaxed);
    spans_.fetch_sub(1, std::memory_order_relaxed);
    span->has_objects.store(false, std::memory_order_release);
  }
}

void Central::free_empties(ObjectHeap& heap, List<Span>& empties) {
  forget(heap, empties);
  heap.pages->free(empties);
}

std::uint32_t Central::free_chain(ObjectHeap& heap, Chain chain, List<Span>& empties) {
  std::uint32_t freed = 0;
  {
    const LockGuard guard(lock_, heap.os());
    pages::ArenaCursor arenas(heap.pages->map());
    const std::uint64_t bias = heap.platform->machine.pointer_bias;
    Span* span = nullptr;  // the last object's
    FreeObject* object = chain.first;
    for (std::uint32_t left = chain.count; left > 0; --left) {
      // Read the link before the object becomes free: then another thread may use it.
      FreeObject* const next = left > 1 ? object->next : nullptr;
      const Address address = Address::of(object) + bias;
      if (span == nullptr || !span->range().contains(address)) {
        span = arenas.object_span_of(address);
        if (!is_good(heap, object, span, empties)) span = nullptr;
      }
      if (span != nullptr && free_one(heap, *span, object, address, empties)) ++freed;
      object = next;
    }
  }
  forget(heap, empties);
  return freed;
}

// Whether `span`, which may be null, has objects of this class; if not, reports `object`. Sweeps
// the span if need be.
inline bool Central::is_good(ObjectHeap& heap, const FreeObject* object, Span* span,
                             List<Span>& empties) {
  if (span == nullptr || span->span_class.load(std::memory_order_relaxed) != span_class(heap))
      [[unlikely]] {
    heap.report(CorruptionKind::kFreeOfForeignPointer, object, span);
    return false;
  }
  if (is_unswept(*span)) [[unlikely]] {
    sweep(heap, span);
    place(span, empties);
  }
  return true;
}

// Whether the object was taken. If a cache holds the span, the object only waits to be freed.
inline bool Central::free_one(ObjectHeap& heap, Span& span, FreeObject* object, Address address,
                              List<Span>& empties) {
  HeldSpans* const holder = span.holder.load(std::memory_order_relaxed);
  if (holder != nullptr && !heap.is_careful()) {
    std::uint64_t index = 0;
    if (!find_begin(heap, span, address, &index)) return false;
    if (span.freed_by_others == nullptr) {
      span.next_freed = holder->freed_by_others.load(std::memory_order_relaxed);
      holder->freed_by_others.store(&span, std::memory_order_relaxed);
    }
    object->next = span.freed_by_others;
    span.freed_by_others = object;
    const auto freed = span.freed_count.load(std::memory_order_relaxed);
    span.freed_count.store(static_cast<std::uint16_t>(freed + 1), std::memory_order_relaxed);
    return true;
  }
  const bool was_full = span.taken_count == span.object_count;
  if (!release(heap, span, address)) return false;
  if (holder == nullptr && (was_full || span.taken_count == 0)) place(&span, empties);
  return true;
}

[[gnu::cold]] void Central::give_free_pages(ObjectHeap& heap, const FreePages& pages) {
  List<Span> empties;
  {
    const LockGuard guard(lock_, heap.os());
    Span& span = *pages.span;
    pages.for_each_object([&](unsigned i) {
      const Address address = object_at(span, i);
      (void)free_one(heap, span, heap.platform->pointer_to<FreeObject>(address), address, empties);
    });
    // Puts the span behind those that were not looked at yet, again. If a cache holds it by now, it
    // is on a list of that cache.
    if (span.holder.load(std::memory_order_relaxed) == nullptr && partial_.contains(&span)) {
      partial_.remove(&span);
      partial_.push_back(&span);
    }
  }
  free_empties(heap, empties);
}

bool Central::keep(ObjectHeap& heap, Chain chain) {
  const LockGuard guard(lock_, heap.os());
  // Objects in unswept spans may be dead: nobody may get them before the sweep.
  if (!unswept_.empty()) return false;
  const std::uint32_t kept = chained_.load(std::memory_order_relaxed);
  const std::uint32_t most = heap.sizes->most_chained(span_class(heap));
  if (chains_kept_ == policy::kMostBatchesPassedOn || kept + chain.count > most) return false;
  chains_[chains_kept_++] = chain;
  chained_.store(kept + chain.count, std::memory_order_relaxed);
  return true;
}

Chain Central::take_chain(ObjectHeap& heap) {
  if (chained_count() == 0) return {};
  const LockGuard guard(lock_, heap.os());
  if (chains_kept_ == 0) return {};
  const Chain chain = chains_[--chains_kept_];
  chained_.store(chained_.load(std::memory_order_relaxed) - chain.count, std::memory_order_relaxed);
  return chain;
}

void Central::free_kept_chains(ObjectHeap& heap) {
  for (Chain chain = take_chain(heap); chain.first != nullptr; chain = take_chain(heap)) {
    List<Span> empties;
    (void)free_chain(heap, chain, empties);
    heap.pages->free(empties);
  }
}

}  // namespace Atoll::objects
