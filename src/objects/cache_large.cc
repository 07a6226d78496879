// What a cache does with freed large objects.

#include <algorithm>

#include "src/objects/cache.h"
#include "src/objects/span_objects.h"
#include "src/policy.h"

namespace Atoll::objects {
namespace {

constexpr unsigned kKeptClass = port::span_class(0, true);

// Whether the span has a large object without pointers that is in use.
bool has_object(const Span& span) {
  return span.state.load(std::memory_order_acquire) == pages::SpanState::kInUse &&
         span.span_class.load(std::memory_order_relaxed) == kKeptClass && large_is_in_use(span);
}

// Frees an object that counts as freed already.
[[gnu::cold]] void free_counted(ObjectHeap& heap, const Span& span, Surplus& surplus) {
  auto* const object = heap.platform->pointer_to<FreeObject>(span.base);
  (void)heap.centrals[kKeptClass].free_chain(heap, {object, 1}, surplus.spans);
}

}  // namespace

// Precondition: the cache keeps large objects.
bool Cache::keep_large(const ObjectHeap& heap, Span* span) {
  if (heap.specials.in_use() != 0 || !has_object(*span)) return false;
  return large_.put(span, heap.most_large_pages.load(std::memory_order_relaxed));
}

// The slow path of keep_large(): makes room for the object first.
[[gnu::cold]] bool Cache::make_room_for_large(ObjectHeap& heap, Span* span) {
  if (!keeps_large_) return false;
  (void)large_.recount();
  if (large_.is_count_due()) {
    const LockGuard guard(*lock_, heap.os());
    large_.count();
  }
  if (const Span* const other = large_.displace(span->npages); other != nullptr) {
    Surplus surplus(heap);
    free_counted(heap, *other, surplus);
  }
  return keep_large(heap, span);
}

Span* Cache::take_aligned_large(ObjectHeap& heap, std::uint64_t npages, std::uint64_t alignment) {
  Span* const span = large_.take(npages);
  if (span == nullptr || span->base.is_aligned(std::max(alignment, port::kPageSize))) return span;
  free_large(heap, span, heap.platform->pointer(span->base));
  return nullptr;
}

[[gnu::cold]] void Cache::give_back_large(ObjectHeap& heap, Surplus& surplus) {
  while (const Span* const span = large_.take_any()) {
    free_counted(heap, *span, surplus);
  }
}

// Call before the cache asks the page heap for pages.
void Cache::give_back_before_ask(ObjectHeap& heap, std::uint64_t npages) {
  constexpr std::uint64_t kMost = policy::kMostCachedOverAsks / port::kPageSize;
  if (large_.held_pages() > kMost && large_.recount() > kMost) give_back_own_large(heap);
  if (heap.options.most_large_cached == 0) return;
  page_asks_ +=
      1 + npages * port::kPageSize / (policy::kAskedPerGiveBack / policy::kAsksPerGiveBack);
  if (page_asks_ < policy::kAsksPerGiveBack) return;
  page_asks_ = 0;
  heap.give_back_large();
}

[[gnu::cold]] void Cache::give_back_own_large(ObjectHeap& heap) {
  Surplus surplus(heap);
  give_back_large(heap, surplus);
  (void)large_.recount();
}

}  // namespace Atoll::objects
