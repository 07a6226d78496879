// What a cache does with freed large objects.

#include <algorithm>

#include "src/objects/cache.h"
#include "src/objects/span_objects.h"
#include "src/policy.h"

namespace Atoll::objects {
namespace {

constexpr unsigned kKeptClass = port::span_class(0, true);

// Whether the span has a large object without pointers that is in use.
inline bool has_object(const Span& span) {
  return span.state.load(std::memory_order_acquire) == pages::SpanState::kInUse &&
         span.span_class.load(std::memory_order_relaxed) == kKeptClass && large_is_in_use(span);
}

// How many pages a cache may keep that no other thread can take: a part of its share, which falls
// whenever another thread comes.
std::size_t most_own_large(const ObjectHeap& heap) {
  constexpr std::size_t kMost = policy::kMostOwnLarge / port::kPageSize;
  return std::min(
      kMost, heap.most_large_pages.load(std::memory_order_relaxed) / policy::kOwnLargeFraction);
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

// The same for a length that may have a place of its own. `has_record`: the page's record names
// that place of this cache. Only the slow path sets records.
[[gnu::cold]] bool Cache::keep_short_large(const ObjectHeap& heap, Span* span, bool has_record) {
  const std::size_t most = most_own_large(heap);
  if (!own_large_.wants(span->npages, most)) return keep_large(heap, span);
  // Only the slow path closes other places.
  if (!has_record || !own_large_.has_room(span->npages, most)) return false;
  if (heap.specials.in_use() != 0 || !has_object(*span)) return false;
  return keep_at_own_place(span);
}

// Makes the object, whose page has the record, the last one at its place, and keeps it there.
[[gnu::cold]] bool Cache::keep_at_own_place(Span* span) {
  own_large_.open(span);
  return keep_own_large(OwnLarge::place_of(span->npages), span->base);
}

// Makes the page's record name the object's place, and closes other places until at most
// `most_pages` are behind open ones. (An object that gets a special record loses the page's.)
[[gnu::cold]] void Cache::open_own_place(ObjectHeap& heap, Span* span, std::size_t most_pages) {
  heap.pages->map().set_first_record(
      *span, pages::PageRecord::of_large(number_, OwnLarge::place_of(span->npages)));
  span->needs_zero = true;
  if (own_large_.has_room(span->npages, most_pages)) return;
  Surplus surplus(heap);
  while (const Span* const other = own_large_.close_for(span->npages, most_pages)) {
    free_counted(heap, *other, surplus);
  }
}

// The slow path of both: makes room for the object first.
[[gnu::cold]] bool Cache::make_room_for_large(ObjectHeap& heap, Span* span) {
  if (!keeps_large_ || heap.specials.in_use() != 0 || !has_object(*span)) return false;
  (void)large_.recount();
  if (large_.is_count_due()) {
    const LockGuard guard(*lock_, heap.os());
    large_.count();
  }
  const std::size_t most = most_own_large(heap);
  if (OwnLarge::fits(span->npages) && own_large_.wants(span->npages, most)) {
    open_own_place(heap, span, most);
    return keep_at_own_place(span);
  }
  if (const Span* const other = large_.displace(span->npages); other != nullptr) {
    Surplus surplus(heap);
    free_counted(heap, *other, surplus);
  }
  return keep_large(heap, span);
}

[[gnu::cold]] Span* Cache::take_aligned_large(ObjectHeap& heap, std::uint64_t npages,
                                              std::uint64_t alignment) {
  Span* const span = take_large(npages);
  if (span == nullptr || span->base.is_aligned(std::max(alignment, port::kPageSize))) return span;
  free_large(heap, span, heap.platform->pointer(span->base));
  return nullptr;
}

[[gnu::cold]] void Cache::give_back_large(ObjectHeap& heap, Surplus& surplus) {
  while (const Span* const span = large_.take_any()) {
    free_counted(heap, *span, surplus);
  }
}

[[gnu::cold]] void Cache::give_back_all_large(ObjectHeap& heap, Surplus& surplus) {
  give_back_large(heap, surplus);
  while (const Span* const span = own_large_.close_all()) {
    free_counted(heap, *span, surplus);
  }
}

// Call before the cache asks the page heap for pages.
void Cache::give_back_before_ask(ObjectHeap& heap, std::uint64_t npages) {
  constexpr std::uint64_t kMost = policy::kMostCachedOverAsks / port::kPageSize;
  if (large_.held_pages() > kMost && large_.recount() > kMost) {
    Surplus surplus(heap);
    give_back_large(heap, surplus);
    (void)large_.recount();
  }
  if (heap.options.most_large_cached == 0) return;
  page_asks_ +=
      1 + npages * port::kPageSize / (policy::kAskedPerGiveBack / policy::kAsksPerGiveBack);
  if (page_asks_ < policy::kAsksPerGiveBack) return;
  page_asks_ = 0;
  heap.give_back_large();
}

}  // namespace Atoll::objects
