#include "src/malloc/foreign.h"

#include "src/malloc/process_heap.h"

// glibc's own, if it is there.
extern "C" [[gnu::weak]] void libc_free(void* p) asm("__libc_free");
extern "C" [[gnu::weak]] void* libc_realloc(void* p, std::size_t size) asm("__libc_realloc");

namespace Atoll::malloc_family {

// These systems end all threads at once.
void* allocate_foreign(std::size_t /*size*/) { return nullptr; }

void release_foreign(void* p) {
  if (libc_free != nullptr) {
    libc_free(p);
  } else if (Heap* const heap = process_heap(); heap != nullptr) {
    heap->free(p);
  }
}

void* reallocate_foreign(void* p, std::size_t size) {
  if (libc_realloc != nullptr) return libc_realloc(p, size);
  Heap* const heap = process_heap();
  return heap == nullptr ? nullptr : heap->reallocate(p, size);
}

std::size_t usable_size_of_foreign(void* /*p*/) { return 0; }

}  // namespace Atoll::malloc_family
