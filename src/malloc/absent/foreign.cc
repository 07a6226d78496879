// For platforms without another allocator under known names: a pointer that is not the heap's goes
// to the heap's corruption handler, which normally does not return.

#include "src/malloc/foreign.h"

#include "src/malloc/process_heap.h"

namespace Atoll::malloc_family {

// Not needed: these systems end all threads at once.
void* allocate_foreign(std::size_t /*size*/) { return nullptr; }

void release_foreign(void* p) {
  if (Heap* const heap = process_heap(); heap != nullptr) heap->free(p);
}

void* reallocate_foreign(void* p, std::size_t size) {
  Heap* const heap = process_heap();
  return heap == nullptr ? nullptr : heap->reallocate(p, size);
}

std::size_t usable_size_of_foreign(void* /*p*/) { return 0; }

}  // namespace Atoll::malloc_family
