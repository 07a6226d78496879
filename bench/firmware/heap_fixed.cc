/* Atoll's. The buffer is aligned for it. */
#include "bench/firmware/heap.h"
#include "src/fixed/fixed_heap.h"

namespace {

struct Options : Atoll::FixedOptions {
#ifdef QUICK
  enum : unsigned { kQuickLengths = QUICK };
#endif
};

Atoll::BasicFixedHeap<Options>* heap;

}  // namespace

void heap_begin(void* ram, size_t size) { heap = heap->make(ram, size); }
void* heap_malloc(size_t size) { return heap->allocate(size); }
void heap_free(void* p) { heap->free(p); }
void* heap_realloc(void* p, size_t size) { return heap->reallocate(p, size); }
