// The storage of the process's heap, for process_heap() and the fast paths of malloc(), which know
// its address at link time.
#pragma once

#include <array>
#include <cstddef>

#include "src/heap/heap.h"

namespace Atoll {

// Plain storage, so that no constructor runs at the start of a program and no destructor at its
// end. It is zero until process_heap() makes a heap in it. Until then no thread has a cache for it,
// so the fast paths find nothing.
struct alignas(Heap) HeapStorage {
  std::array<std::byte, sizeof(Heap)> bytes{};
};
#if defined(__ELF__)
[[gnu::visibility("hidden")]]
#endif
extern constinit HeapStorage heap_storage;

inline Heap& the_heap() { return reinterpret_cast<Heap&>(heap_storage); }

}  // namespace Atoll
