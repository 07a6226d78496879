/* malloc() of a firmware's C library over the fixed heap (src/fixed). A program links newlib.o or
 * picolibc.o, made of the source file of that name here, in front of the library, and then every
 * malloc(), free() and operator new of the program and of the library uses it. In C, from C99 on.
 *
 * The source files are compiled with the options of src/fixed/atoll_fixed.h, except for
 * ATOLL_FIXED_LOCK: they take the C library's own lock for malloc() around every operation. That lock
 * does nothing until the program supplies it (newlib: __malloc_lock() and __malloc_unlock(); both:
 * the functions __retarget_lock_...()), and it has to be a recursive one.
 *
 * These do what the library's own functions do:
 *   malloc(0), calloc(0, n) and, with newlib, realloc(p, 0) return a block; with picolibc, realloc(p, 0)
 *   frees p and returns null. Without memory, the result is null, and errno is ENOMEM. An alignment
 *   that is no power of two gives null and EINVAL.
 *   mallinfo(): arena is the memory of all regions, uordblks and fordblks are the bytes in use and free,
 *   usmblks is the most that uordblks has been, keepcost is the largest free span.
 *   malloc_trim() and mallopt() have nothing to do, and return 0.
 *
 * free() of a pointer that is no block in use executes a trap instruction; atoll_fixed_on_misuse() of
 * the heap changes this. */
#ifndef ATOLL_FIRMWARE_MALLOC_H
#define ATOLL_FIRMWARE_MALLOC_H

#include <stddef.h>

#include "src/fixed/atoll_fixed.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The heap behind malloc(), for the functions of atoll_fixed.h: statistics, checks, the handler of
 * misuse. The first call of malloc(), or of this, makes it. Null if there is no memory for it. */
atoll_fixed* atoll_malloc_heap(void);

/* Tells where the heap's memory is: sets `*begin` and `*size` and returns 1 for region 0, 1, ... in order
 * of preference, and returns 0 behind the last. A program may define it; otherwise there is one
 * region, from the linker's symbol __heap_start to __heap_end. The heap takes a region of more than
 * 512 KiB in pieces of 512 KiB, or with ATOLL_FIXED_LARGE as a whole. */
int atoll_malloc_region(unsigned number, void** begin, size_t* size);

#ifdef __cplusplus
}
#endif

#endif
