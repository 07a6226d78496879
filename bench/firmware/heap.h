/* The functions of a heap that the traces call. Each heap of the comparison implements them. */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes an empty heap of the `size` bytes from `ram` on. */
void heap_begin(void* ram, size_t size);
void* heap_malloc(size_t size);
void heap_free(void* p);
void* heap_realloc(void* p, size_t size);

#ifdef __cplusplus
}
#endif

#endif
