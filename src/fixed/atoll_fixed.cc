// The functions of atoll_fixed.h: one line each.
#include "src/fixed/atoll_fixed.h"

#include "src/fixed/fixed_heap.h"

namespace {

struct Options : Atoll::FixedOptions {
#ifdef ATOLL_FIXED_LARGE
  using Index = uint32_t;
#endif
  enum : unsigned {
#ifdef ATOLL_FIXED_QUICK
    kQuickLengths = ATOLL_FIXED_QUICK,
#endif
#ifdef ATOLL_FIXED_FILL
    kFill = 1,
#endif
#ifdef ATOLL_FIXED_OWNERS
    kOwners = 1,
#endif
    kNoMore
  };
#ifdef ATOLL_FIXED_LOCK
  static void enter() { atoll_fixed_enter(); }
  static void leave() { atoll_fixed_leave(); }
#endif
#ifdef ATOLL_FIXED_OWNERS
  static uint32_t owner() { return atoll_fixed_owner(); }
#endif
};

using Heap = Atoll::BasicFixedHeap<Options>;

Heap* of(atoll_fixed* heap) { return reinterpret_cast<Heap*>(heap); }

// 0 if the product is more than SIZE_MAX. (A division, or a product's upper half, would call
// libgcc.)
size_t product(size_t a, size_t b) {
  size_t sum = 0;
  for (; b != 0; b /= 2) {
    if (b % 2 != 0) sum += a;
    if ((b % 2 != 0 && sum < a) || (b > 1 && a * 2 < a)) return 0;
    a *= 2;
  }
  return sum;
}

}  // namespace

extern "C" {

atoll_fixed* atoll_fixed_make(void* buffer, size_t size, const char** why) {
  return reinterpret_cast<atoll_fixed*>(Heap::make(buffer, size, why));
}

const char* atoll_fixed_add(atoll_fixed* heap, void* buffer, size_t size) {
  return of(heap)->add(buffer, size);
}

void atoll_fixed_reset(atoll_fixed* heap) { of(heap)->reset(); }

void* atoll_fixed_malloc(atoll_fixed* heap, size_t size) { return of(heap)->allocate(size); }

void* atoll_fixed_calloc(atoll_fixed* heap, size_t count, size_t size) {
  return of(heap)->allocate_zeroed(product(count, size));
}

void* atoll_fixed_aligned_alloc(atoll_fixed* heap, size_t alignment, size_t size) {
  return of(heap)->allocate_aligned(alignment, size);
}

void* atoll_fixed_realloc(atoll_fixed* heap, void* block, size_t size) {
  return of(heap)->reallocate(block, size);
}

void atoll_fixed_free(atoll_fixed* heap, void* block) { of(heap)->free(block); }

size_t atoll_fixed_usable_size(atoll_fixed* heap, const void* block) {
  return of(heap)->usable_size(block);
}

int atoll_fixed_owns(atoll_fixed* heap, const void* p) { return of(heap)->owns(p) ? 1 : 0; }

const char* atoll_fixed_misuse_of(atoll_fixed* heap, const void* p) {
  return Atoll::explain(of(heap)->misuse_of(p));
}

void atoll_fixed_on_misuse(atoll_fixed* heap, void (*handler)(void* context, const void* pointer),
                           void* context) {
  of(heap)->on_misuse(handler, context);
}

void atoll_fixed_for_each_block(atoll_fixed* heap,
                                void (*function)(void* context, void* block, size_t size),
                                void* context) {
  of(heap)->for_each_block(function, context);
}

void atoll_fixed_get_statistics(atoll_fixed* heap, atoll_fixed_statistics* statistics) {
  const Atoll::FixedStatistics from = of(heap)->statistics();
  statistics->sys = from.sys;
  statistics->alloc = from.alloc;
  statistics->peak_alloc = from.peak_alloc;
  statistics->heap_objects = from.heap_objects;
  statistics->heap_idle = from.heap_idle;
  statistics->largest_free = from.largest_free;
  statistics->failures = from.failures;
  statistics->fragmentation = from.fragmentation;
}

const char* atoll_fixed_check(atoll_fixed* heap) { return of(heap)->check(); }

#ifdef ATOLL_FIXED_OWNERS
uint32_t atoll_fixed_owner_of(atoll_fixed* heap, const void* block) {
  return of(heap)->owner_of(block);
}
#endif

}  // extern "C"
