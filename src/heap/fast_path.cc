// This file also defines the thread's list of caches, so that compilers reach it the shortest way.

#include "src/heap/fast_path.h"

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

namespace Atoll {
namespace {

template <std::size_t... kIndex>
constexpr ThreadCaches empty_caches(std::index_sequence<kIndex...>) {
  return {((void)kIndex, const_cast<ThreadCache*>(&no_cache))...};
}

}  // namespace

constinit const ThreadCache no_cache;

constinit ATOLL_THREAD_LOCAL ThreadCaches all_thread_caches =
    empty_caches(std::make_index_sequence<std::tuple_size_v<ThreadCaches>>());

// A function of its own for objects without pointers, so that it need not test for them.
void* Heap::allocate(std::size_t size) { return allocate_fast(size, Scan::kNoscan); }
void* Heap::allocate(std::size_t size, Scan scan) { return allocate_fast(size, scan); }

inline void* Heap::allocate_fast(std::size_t size, Scan scan) {
  if (size > FastPath::kMaxDirect) [[unlikely]]
    return allocate_stepped(size, scan);
  void* const object = FastPath::allocate(*this, *thread_caches()[slot_], size, scan);
  if (object == nullptr) [[unlikely]]
    return allocate_slowly(size, scan);
  return object;
}

void* Heap::allocate_stepped(std::size_t size, Scan scan) {
  void* const object = FastPath::allocate_stepped(*this, *thread_caches()[slot_], size, scan);
  return object != nullptr ? object : allocate_slowly(size, scan);
}

void Heap::free(void* p) {
  ThreadCache& cache = *thread_caches()[slot_];
  const pages::WhoseList list = FastPath::list_by_arena(cache, p);
  if (!list.is_mine()) [[unlikely]] {
    free_slowly(p);
    return;
  }
  FastPath::free_to(*this, cache, list, p);
}

bool FastPath::gather(Heap& heap, ThreadCache& cache, pages::WhoseList list, void* p) {
  return &cache != &no_cache && cache.objects.gather(heap.state_->objects, list, p);
}

bool FastPath::keep_large(Heap& heap, ThreadCache& cache, const void* p) {
  // Without a heap the thread has `no_cache`, which keeps nothing.
  return cache.objects.keep_large<Heap::kNativePort>(heap.state_->objects, p);
}

void FastPath::overflow(Heap& heap, ThreadCache& cache, std::size_t offset) {
  cache.objects.overflow(heap.state_->objects, offset);
}

}  // namespace Atoll
