// Where a cache gets spans from: its stock, the page heap, and the orphans of a fork.

#include "src/objects/cache.h"

namespace Atoll::objects {

// Called when no span that had objects before has a free one.
bool Cache::hold_another(ObjectHeap& heap, unsigned span_class) {
  // Adopts the spans of one orphan at a time: most children of a fork need few objects.
  while (heap.adopt(span_class, ObjectHeap::Orphans::kNext)) {
    const LockGuard guard(*lock_, heap.os());
    if (spans_.hold(heap, span_class)) return true;
  }
  Span* const span = new_span(heap, heap.sizes->size_class(span_class).npages);
  if (span == nullptr) return false;
  const LockGuard guard(*lock_, heap.os());
  spans_.add(heap, span_class, span);
  return true;
}

Span* Cache::new_span(ObjectHeap& heap, std::uint64_t npages, std::uint64_t alignment) {
  // A request that can never succeed gives nothing up. The page heap records why it failed.
  if (npages > heap.pages->most_pages()) {
    return heap.pages->allocate(npages, pages::PageUse::kObjects, alignment);
  }
  const bool may_be_stocked = alignment <= port::kPageSize;
  Span* span = may_be_stocked ? take_stock(heap, npages) : nullptr;
  if (span == nullptr && shorten_lists(heap) && may_be_stocked) {
    span = take_stock(heap, npages);
  }
  if (span != nullptr) return span;
  heap.adopt_all(0);
  give_back_before_ask(heap, npages);
  span = heap.pages->allocate(npages, pages::PageUse::kObjects, alignment);
  if (span == nullptr) return new_span_of_kept(heap, npages, alignment);
  heap.note_pages();
  return span;
}

// The memory that is missing may be what threads keep. Asks for pages again when this thread has
// given up what it keeps, and once more when all threads have: only once, because they may keep as
// much again at once, and a request that cannot succeed must fail.
[[gnu::cold]] Span* Cache::new_span_of_kept(ObjectHeap& heap, std::uint64_t npages,
                                            std::uint64_t alignment) {
  heap.note_shortage(npages);
  for (bool gave_all = false; !gave_all;) {
    const bool gave_objects = shorten_lists(heap);
    const bool gave_spans = give_back_own_stock(heap);
    if (!gave_objects && !gave_spans) {
      Surplus surplus(heap);
      give_back_all_large(heap, surplus);
      heap.give_back_unused();
      gave_all = true;
    }
    Span* const span = heap.pages->allocate(npages, pages::PageUse::kObjects, alignment);
    if (span != nullptr) return span;
  }
  return nullptr;
}

Span* Cache::take_stock(ObjectHeap& heap, std::uint64_t npages) {
  if (!spans_.has_stock()) return nullptr;
  const LockGuard guard(*lock_, heap.os());
  return spans_.take_stock(npages);
}

bool Cache::give_back_own_stock(ObjectHeap& heap) {
  Surplus surplus(heap);
  const LockGuard guard(*lock_, heap.os());
  return spans_.give_back_stock(surplus);
}

}  // namespace Atoll::objects
