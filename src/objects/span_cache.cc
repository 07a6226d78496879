#include "src/objects/span_cache.h"

#include <bit>

#include "src/policy.h"

namespace Atoll::objects {

// --- Objects from spans. ---

Chain SpanCache::take(ObjectHeap& heap, unsigned span_class, std::int32_t most, Surplus& surplus) {
  FreeObject* first = nullptr;
  FreeObject** link = &first;
  std::int32_t left = most;
  // If spans have few free objects, several serve one batch.
  while (left > 0) {
    Span* const span = span_with_objects(heap, span_class, surplus);
    if (span == nullptr) break;
    const auto size = static_cast<std::size_t>(span->object_size);
    char* const base = heap.platform->pointer_to<char>(object_at(*span, span->cache_base));
    std::uint64_t free = span->alloc_cache;
    const std::int32_t before = left;
    for (; left > 0 && free != 0; --left, free &= free - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(free));
      auto* const object = reinterpret_cast<FreeObject*>(base + bit * size);
      *link = object;
      link = &object->next;
    }
    span->alloc_cache = free;
    span->taken_count = static_cast<std::uint16_t>(span->taken_count + before - left);
  }
  *link = &end_of_list;
  return {first, static_cast<std::uint32_t>(most - left)};
}

// Returns a span with objects in its alloc_cache, among those that had objects before. Null: there
// is none.
Span* SpanCache::span_with_objects(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
  HeldSpans& held = classes_[span_class].held;
  for (;;) {
    while (Span* const span = held.usable.first()) {
      if (span->alloc_cache != 0 || take_next(*span)) return span;
      held.usable.remove(span);
      held.full.push_front(span);
      (void)make_room(heap, span_class, surplus);
    }
    if (held.freed_by_others.load(std::memory_order_relaxed) != nullptr) {
      collect(heap, span_class, surplus);
    } else if (!hold(heap, span_class)) {
      return nullptr;
    }
  }
}

[[gnu::cold]] void* SpanCache::take_one(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
  ClassCache& its = classes_[span_class];
  while (its.held.count != 0 || hold(heap, span_class)) {
    Span* const span = its.held.usable.first();
    const unsigned index = heap.centrals[span_class].take_object(heap, *span);
    if (index == span->object_count) {
      give_back(heap, span_class, span, surplus);
      continue;
    }
    if (heap.marking.load(std::memory_order_relaxed)) {
      word_of(span->mark_bits, index).fetch_or(mask_of(index), std::memory_order_relaxed);
    }
    ++its.allocated;
    return heap.platform->pointer(object_at(*span, index));
  }
  return nullptr;
}

// --- Objects back to spans. ---

namespace {

// Call after freeing an object of the span. Returns whether the cache should give the span back:
// all of its objects are free, and another usable span is left.
inline bool note_free(HeldSpans& held, Span& span) {
  if (span.taken_count + 1 == span.object_count && held.full.contains(&span)) {
    held.full.remove(&span);
    held.usable.push_front(&span);
  }
  return span.taken_count == span.freed_count.load(std::memory_order_relaxed) &&
         held.has_several_usable();
}

}  // namespace

FreeObject* SpanCache::settle(ObjectHeap& heap, unsigned span_class, Chain chain, Others others,
                              Surplus& surplus) {
  Central& central = heap.centrals[span_class];
  HeldSpans& held = classes_[span_class].held;
  pages::ArenaCursor arenas(heap.pages->map());
  const std::uint64_t bias = heap.platform->machine.pointer_bias;
  List<Span> empties;
  std::uint32_t rejected = 0;
  Chain rest;
  // The page of the last object, and the span there if the cache holds it.
  std::uint64_t page = 0;
  Span* span = nullptr;
  FreeObject* object = chain.first;
  for (; chain.count > 0; --chain.count) {
    FreeObject* next = object->next;
    const Address address = Address::of(object) + bias;
    if (next == object) [[unlikely]] {
      heap.report(CorruptionKind::kDoubleFree, object, arenas.span_of(address));
      next = &end_of_list;
      rejected += chain.count - 1;
      chain.count = 1;
    }
    if (page != address.value() >> port::kPageShift) {
      page = address.value() >> port::kPageShift;
      span = arenas.span_of(address);
      if (span != nullptr && !held.has(*span) &&
          (others == Others::kFree || !try_hold(heap, span_class, span, address, surplus))) {
        span = nullptr;
      }
    }
    if (span == nullptr) {
      object->next = rest.count != 0 ? rest.first : &end_of_list;
      rest = {object, rest.count + 1};
    } else if (!release(heap, *span, address)) [[unlikely]] {
      ++rejected;
    } else if (note_free(held, *span)) {
      rejected += central.take_back(heap, held, span, empties);
      span = nullptr;
      page = 0;
    }
    object = next;
  }
  if (rest.count != 0 && (others == Others::kFree || !central.keep(heap, rest))) {
    rejected += rest.count - central.free_chain(heap, rest, empties);
  }
  put_in_stock(heap, empties, surplus);
  classes_[span_class].freed -= rejected;
  return object;
}

// Holds a span because the cache frees an object in it, if nobody holds the span and there is room.
bool SpanCache::try_hold(ObjectHeap& heap, unsigned span_class, Span* span, Address address,
                         Surplus& surplus) {
  return make_room(heap, span_class, surplus) &&
         heap.centrals[span_class].try_hold(heap, span, holder(span_class), address);
}

// Frees what others have freed in spans that the cache holds.
void SpanCache::collect(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
  List<Span> empties;
  ClassCache& its = classes_[span_class];
  its.freed -= heap.centrals[span_class].collect_freed(heap, its.held, empties);
  put_in_stock(heap, empties, surplus);
}

// --- Spans back to the central list. ---

// Makes room to hold one more span: gives back the span that has been full for longest, if need be.
bool SpanCache::make_room(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
  const HeldSpans& held = classes_[span_class].held;
  const std::uint64_t bytes = heap.sizes->size_class(span_class).span_bytes();
  if (held.count * bytes < policy::kMostHeldBytes) return true;
  Span* const oldest = held.full.last();
  if (oldest == nullptr) return false;
  give_back(heap, span_class, oldest, surplus);
  return true;
}

void SpanCache::give_back(ObjectHeap& heap, unsigned span_class, Span* span, Surplus& surplus) {
  List<Span> empties;
  ClassCache& its = classes_[span_class];
  its.freed -= heap.centrals[span_class].take_back(heap, its.held, span, empties);
  put_in_stock(heap, empties, surplus);
}

void SpanCache::give_back_all(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
  const HeldSpans& held = classes_[span_class].held;
  // Giving one span back may make another one usable.
  while (held.count != 0) {
    give_back(heap, span_class, held.usable.empty() ? held.full.first() : held.usable.first(),
              surplus);
  }
}

[[gnu::cold]] void SpanCache::give_back_free(ObjectHeap& heap, Surplus& surplus) {
  for (unsigned i = 0; i < heap.sizes->num_span_classes(); ++i) {
    const HeldSpans& held = classes_[i].held;
    if (held.count == 0) continue;
    if (held.freed_by_others.load(std::memory_order_relaxed) != nullptr) {
      collect(heap, i, surplus);
    }
    while (!held.usable.empty()) give_back(heap, i, held.usable.first(), surplus);
  }
  (void)give_back_stock(surplus);
}

void SpanCache::put_in_stock(ObjectHeap& heap, List<Span>& spans, Surplus& surplus) {
  if (!spans.empty()) {
    stock_.put(heap.pages->map(), spans,
               heap.options.most_stocked >> heap.crowding.load(std::memory_order_relaxed),
               surplus.spans);
  }
}

}  // namespace Atoll::objects
