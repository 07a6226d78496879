/* Calls a heap, or with NOTHING calls none. The difference in size is the heap's code. */
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

/* The C library calls it, in both programs. */
void _exit(int code);
void _exit(int code) {
  (void)code;
  for (;;) {
  }
}
