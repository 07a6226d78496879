/* Calls a heap, or with NOTHING does not: the difference is the heap's code. */
#include "bench/firmware/heap.h"

volatile uintptr_t anything;

void start(void);
void start(void) {
#ifndef NOTHING
  heap_begin((void*)anything, anything);
  void* const p = heap_realloc(heap_malloc(anything), anything);
  heap_free(p);
#endif
  for (;;) anything = 1;
}

/* Of the C library, which both programs have. */
void _exit(int code);
void _exit(int code) {
  (void)code;
  for (;;) {
  }
}
