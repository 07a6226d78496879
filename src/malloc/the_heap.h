// Where the process's heap lies: for process_heap() and the fast paths of malloc(), which know its
// address without asking.
#pragma once

#include <array>
#include <cstddef>

#include "src/heap/heap.h"

namespace Atoll {

// Storage, so that nothing is done at the start and the end of a program. Before process_heap()
// makes a heap of it it is zero, and no thread has a cache for it: then the fast paths find
// nothing.
struct alignas(Heap) HeapStorage {
  std::array<std::byte, sizeof(Heap)> bytes{};
};
#if defined(__ELF__)
[[gnu::visibility("hidden")]]
#endif
extern constinit HeapStorage heap_storage;

inline Heap& the_heap() { return reinterpret_cast<Heap&>(heap_storage); }

}  // namespace Atoll
