#include "src/malloc/foreign.h"

#include "src/malloc/elf/c_library.h"
#include "src/malloc/process_heap.h"

namespace Atoll::malloc_family {

// Not needed: these systems end all threads at once.
void* allocate_foreign(std::size_t /*size*/) { return nullptr; }

void release_foreign(void* p) {
  if (const CLibrary library = c_library(); library.free != nullptr) {
    library.free(p);
  } else if (Heap* const heap = process_heap(); heap != nullptr) {
    heap->free(p);
  }
}

void* reallocate_foreign(void* p, std::size_t size) {
  if (const CLibrary library = c_library(); library.realloc != nullptr) {
    return library.realloc(p, size);
  }
  Heap* const heap = process_heap();
  return heap == nullptr ? nullptr : heap->reallocate(p, size);
}

std::size_t usable_size_of_foreign(void* p) {
  const CLibrary library = c_library();
  return library.usable_size != nullptr ? library.usable_size(p) : 0;
}

}  // namespace Atoll::malloc_family
