/* What every heap of the comparison is: the functions that the traces call. */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The heap is as new, over `size` bytes from `ram` on. */
void heap_begin(void* ram, size_t size);
void* heap_malloc(size_t size);
void heap_free(void* p);
void* heap_realloc(void* p, size_t size);

#ifdef __cplusplus
}
#endif

#endif
