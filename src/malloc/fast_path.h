// malloc() and free() as far as they are short, for the functions that everybody calls: each is one
// function without a stack frame, and leaves to another one for good.
#pragma once

#include <cstddef>

#include "src/heap/fast_path.h"
#include "src/malloc/the_heap.h"

namespace Atoll::malloc_family {

void* allocate_slowly(std::size_t size);
void release_slowly(void* p);

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
  const pages::WhoseList list = FastPath::list_in_window(cache, p);
  if (!list.is_mine()) [[unlikely]] {
    release_slowly(p);
    return;
  }
  FastPath::free_to(the_heap(), cache, list, p);
}

}  // namespace Atoll::malloc_family
