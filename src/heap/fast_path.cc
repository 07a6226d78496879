// The calls that everybody makes. The thread's list of caches stands here too, so that compilers
// reach it the shortest way.
//
// Every instruction counts here: tests/instructions has the figures.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "src/heap/heap.h"
#include "src/heap/thread_cache.h"

namespace Atoll {
namespace {

template <std::size_t... kIndex>
constexpr ThreadCaches empty_caches(std::index_sequence<kIndex...>) {
  return {((void)kIndex, const_cast<ThreadCache*>(&no_cache))...};
}

}  // namespace

constinit const ThreadCache no_cache;

constinit ATOLL_THREAD_LOCAL ThreadCaches all_thread_caches =
    empty_caches(std::make_index_sequence<kHeapSlots + 1>());

// Its own function for objects without pointers, so that nothing is asked about them.
void* Heap::allocate(std::size_t size) { return allocate_fast(size, Scan::kNoscan); }
void* Heap::allocate(std::size_t size, Scan scan) { return allocate_fast(size, scan); }

inline void* Heap::allocate_fast(std::size_t size, Scan scan) {
  if (size > objects::SizeTable::kMaxDirect) [[unlikely]]
    return allocate_larger(size, scan);
  ThreadCache* const cache = thread_caches()[slot_];
  void* const object = objects::Cache::pop(cache->objects.list_at(sizes_.direct(size, scan)));
  if (object == nullptr) [[unlikely]]
    return allocate_slowly(size, scan);
  return object;
}

void* Heap::allocate_larger(std::size_t size, Scan scan) {
  if (size <= objects::SizeTable::kMaxStepped) {
    ThreadCache* const cache = thread_caches()[slot_];
    void* const object = objects::Cache::pop(cache->objects.list_at(sizes_.stepped(size, scan)));
    if (object != nullptr) [[likely]]
      return object;
  }
  return allocate_slowly(size, scan);
}

void Heap::free(void* p) {
  ThreadCache* const cache = thread_caches()[slot_];
  const pages::PageRecord offset = cache->objects.offset_for<kNativePort>(p);
  if (offset > objects::kOffsetMask) [[unlikely]] {
    free_slowly(p);
    return;
  }
  if (!objects::Cache::push(cache->objects.list_at(offset), p)) [[unlikely]] {
    cache->objects.overflow(state_->objects, offset);
  }
}

}  // namespace Atoll
