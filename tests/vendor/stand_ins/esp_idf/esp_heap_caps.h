#pragma once

#include <stdlib.h>

enum { MALLOC_CAP_INTERNAL = 1, MALLOC_CAP_SPIRAM = 2 };

static inline void* heap_caps_malloc(size_t size, unsigned capabilities) {
  (void)capabilities;
  return malloc(size);
}
