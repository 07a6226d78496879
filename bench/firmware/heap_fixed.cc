// Atoll's heap; macros choose its options.
#include "bench/firmware/heap.h"
#include "src/fixed/fixed_heap.h"

namespace {

#ifndef QUICK
#define QUICK 0
#endif
#ifndef FILL
#define FILL 0
#endif
#ifndef OWNERS
#define OWNERS 0
#endif

struct Options : Atoll::FixedOptions {
  enum : unsigned { kQuickLengths = QUICK, kFill = FILL, kOwners = OWNERS };
#ifdef LARGE
  using Index = uint32_t;
#endif
#ifdef LOCK
  // What a program without an operating system does.
  static void enter() { __asm__ volatile("cpsid i" ::: "memory"); }
  static void leave() { __asm__ volatile("cpsie i" ::: "memory"); }
#endif
};

using Heap = Atoll::BasicFixedHeap<Options>;

Heap* heap;

}  // namespace

void heap_begin(void* ram, size_t size) { heap = Heap::make(ram, size); }
void* heap_malloc(size_t size) { return heap->allocate(size); }
void heap_free(void* p) { heap->free(p); }
void* heap_realloc(void* p, size_t size) { return heap->reallocate(p, size); }
