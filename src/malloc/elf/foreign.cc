#include "src/malloc/foreign.h"

#include "src/malloc/elf/c_library.h"
#include "src/malloc/process_heap.h"

extern "C" {
[[gnu::weak]] void libc_free(void* p) asm("__libc_free");
[[gnu::weak]] void* libc_realloc(void* p, std::size_t size) asm("__libc_realloc");
[[gnu::weak]] std::size_t libc_usable_size(void* p) asm("malloc_usable_size");
}

namespace Atoll::malloc_family {

[[gnu::weak]] CLibrary c_library() {
  return {.free = libc_free, .realloc = libc_realloc, .usable_size = libc_usable_size};
}

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
