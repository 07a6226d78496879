// The short parts of malloc() and free(), for the functions that programs call. Each is one
// function without a stack frame: what it cannot do itself it leaves to another function by a tail
// call.
#pragma once

#include <cstddef>

#include "src/heap/fast_path.h"
#include "src/malloc/malloc.h"
#include "src/malloc/the_heap.h"

namespace Atoll::malloc_family {

void* allocate_slowly(std::size_t size);
void release_slowly(void* p);
// `list` is what the window tells `cache` of `p`, and not the cache's own.
void release_unlisted(void* p, ThreadCache& cache, pages::WhoseList list);

inline ThreadCache& this_cache() { return *thread_caches()[kProcessHeapSlot]; }

[[gnu::always_inline]] inline void* allocate_fast(std::size_t size) {
  if (size > FastPath::kMaxDirect) [[unlikely]]
    return allocate_slowly(size);
  void* const object = FastPath::allocate(the_heap(), this_cache(), size, Scan::kNoscan);
  if (object == nullptr) [[unlikely]]
    return allocate_slowly(size);
  return object;
}

[[gnu::always_inline]] inline void release_fast(void* p) {
  ThreadCache& cache = this_cache();
  if (!FastPath::is_in_window(cache, p)) [[unlikely]] {
    release_slowly(p);
    return;
  }
  const pages::WhoseList list = FastPath::list_in_window(cache, p);
  if (!list.is_mine()) [[unlikely]] {
    release_unlisted(p, cache, list);
    return;
  }
  FastPath::free_to(the_heap(), cache, list, p);
}

[[gnu::always_inline]] inline std::size_t usable_size_fast(void* p) {
  const std::size_t list = FastPath::offset_in_window(this_cache(), p);
  return list != 0 ? FastPath::size_at(the_heap(), list) : usable_size_at(p);
}

}  // namespace Atoll::malloc_family
