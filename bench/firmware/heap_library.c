/* The C library's own heap, with a break that moves through the given memory. */
#include <errno.h>
#include <stdlib.h>

#include "bench/firmware/heap.h"

static char* place;
static char* end;

void* sbrk(ptrdiff_t more) {
  if (more > end - place || (more < 0 && place == NULL)) {
    errno = ENOMEM;
    return (void*)-1;
  }
  char* const old = place;
  place += more;
  return old;
}

/* newlib's name for it. */
void* _sbrk(ptrdiff_t more) { return sbrk(more); }

void heap_begin(void* ram, size_t size) {
  place = ram;
  end = place + size;
}
void* heap_malloc(size_t size) { return malloc(size); }
void heap_free(void* p) { free(p); }
void* heap_realloc(void* p, size_t size) { return realloc(p, size); }
