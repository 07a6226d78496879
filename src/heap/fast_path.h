// The fast paths of the most frequent calls, for callers that want to inline them.
//
// Every instruction counts here: tests/instructions has the figures.
#pragma once

#include <cstddef>

#include "src/heap/heap.h"
#include "src/heap/thread_cache.h"
#include "src/objects/span_objects.h"

namespace Atoll {

// `cache` is the calling thread's cache for the heap, or no_cache.
class FastPath {
 public:
  static constexpr std::size_t kMaxDirect = objects::SizeTable::kMaxDirect;

  // For sizes up to kMaxDirect. Null: the caller must take the slow path.
  static void* allocate(const Heap& heap, ThreadCache& cache, std::size_t size, Scan scan) {
    return cache.objects.list_at(heap.sizes_.direct(size, scan)).pop();
  }
  // For larger sizes; looks their lists up in steps.
  static void* allocate_stepped(const Heap& heap, ThreadCache& cache, std::size_t size, Scan scan) {
    if (size > objects::SizeTable::kMaxStepped) return nullptr;
    return cache.objects.list_at(heap.sizes_.stepped(size, scan)).pop();
  }

  // The next two allocate at a multiple of `alignment`, a power of two up to the page size. `size`
  // must be a multiple of `alignment`, and not 0. Not for heaps with tiny objects. Null: the caller
  // must take the slow path.
  //
  // For sizes up to kMaxDirect: the class of such a size is a multiple of the alignment, too.
  static void* allocate_aligned(const Heap& heap, ThreadCache& cache, std::size_t size) {
    return allocate(heap, cache, size, Scan::kNoscan);
  }
  // For larger sizes, up to kMaxSmall.
  static constexpr std::size_t kMaxSmall = objects::SizeTable::kMaxStepped;
  static void* allocate_stepped_aligned(const Heap& heap, ThreadCache& cache, std::size_t size,
                                        std::size_t alignment) {
    const std::size_t offset = heap.sizes_.stepped(size, Scan::kNoscan);
    // Objects lie one behind the other from the beginning of a page on.
    if ((heap.sizes_.size_at(offset) & (alignment - 1)) != 0) return nullptr;
    return cache.objects.list_at(offset).pop();
  }

  // These find the list where free_to() puts `p`, if it is the cache's own. Callers try them in
  // this order, the first only if the heap's window has the page, and pass the result to gather()
  // if the list is not the cache's own.
  static bool is_in_window(const ThreadCache& cache, const void* p) {
    return cache.objects.is_in_window(p);
  }
  static pages::WhoseList list_in_window(const ThreadCache& cache, const void* p) {
    return cache.objects.list_in_window(p);
  }
  static pages::WhoseList list_by_arena(const ThreadCache& cache, const void* p) {
    return cache.objects.list_for<Heap::kNativePort>(p);
  }

  // The offset of the list for `p`, any pointer, in the cache that may take it back; 0: unknown.
  static std::size_t offset_in_window(const ThreadCache& cache, const void* p) {
    return is_in_window(cache, p) ? cache.objects.record_in_window(p).offset() : 0;
  }
  // The usable size of an object whose page's record names a list at `offset`, of any cache. The
  // record does not tell whether an object begins there.
  static std::size_t size_at(const Heap& heap, std::size_t offset) {
    return heap.sizes_.size_at(offset);
  }
  // Whether such an object, of `used` bytes, stays where it is when it is resized to `size`.
  static bool stays(std::size_t used, std::size_t size) { return Heap::stays(used, size); }
  // Whether `p`, any pointer, is a large object that stays where it is when it is resized to
  // `size`.
  static bool large_stays(const Heap& heap, const void* p, std::size_t size) {
    if (!heap.state_.has_value() || heap.sizes_.is_small(size)) return false;
    const Address address = heap.platform().address(p);
    const pages::Span* const span = heap.state_->pages.map().object_span_of(address);
    return span != nullptr && span->base == address &&
           port::size_class_of(span->span_class.load(std::memory_order_relaxed)) == 0 &&
           span->npages == pages::pages_for(size) && objects::large_is_in_use(*span);
  }

  // The next way. Returns false if Heap::free() must free `p`.
  static bool gather(Heap& heap, ThreadCache& cache, pages::WhoseList list, void* p);

  // For larger sizes than kMaxSmall: takes an object that the cache kept when it was freed. Null:
  // the caller must take the slow path.
  static void* allocate_large(const Heap& heap, ThreadCache& cache, std::size_t size) {
    const pages::Span* const span = cache.objects.take_large(pages::pages_for(size));
    return span == nullptr ? nullptr : heap.platform().pointer(span->base);
  }
  // Keep a large object for that: the first if the list is not the cache's own but is_my_large().
  // They return false if the next, or Heap::free(), must free `p`, any pointer.
  static bool keep_own_large(ThreadCache& cache, pages::WhoseList list, const void* p) {
    return cache.objects.keep_own_large(list.my_place(), Address::of(p));
  }
  static bool keep_large(Heap& heap, ThreadCache& cache, const void* p);

  // Precondition: `list` is the cache's own.
  static void free_to(Heap& heap, ThreadCache& cache, pages::WhoseList list, void* p) {
    if (!cache.objects.list_at(list.my_offset()).push(p)) [[unlikely]] {
      overflow(heap, cache, list.my_offset());
    }
  }

 private:
  static void overflow(Heap& heap, ThreadCache& cache, std::size_t offset);
};

}  // namespace Atoll
