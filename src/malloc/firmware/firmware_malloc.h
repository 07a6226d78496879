/* malloc() of a firmware's C library over the fixed heap (src/fixed). A program links newlib.o or
 * picolibc.o, made of the source file of that name here, in front of the C library. Then every
 * malloc(), free() and operator new of the program and of the library uses this heap. In C, from
 * C99 on.
 *
 * The source files are compiled with the options of src/fixed/atoll_fixed.h, except for
 * ATOLL_FIXED_LOCK: they take the C library's own lock for malloc() around every operation. That
 * lock does nothing until the program supplies it: with newlib __malloc_lock() and
 * __malloc_unlock(), with picolibc the functions __retarget_lock_...(). It must be recursive.
 *
 * Where C leaves the choice, the functions do what those of the C library do. malloc(0) and
 * calloc(0, n) return a block. realloc(p, 0) returns a block with newlib; with picolibc it frees p
 * and returns null.
 *
 * Without memory a function returns null, and errno is ENOMEM. With an alignment that is no power
 * of two it returns null, and errno is EINVAL.
 *
 * Of mallinfo(), arena is the memory of all regions, uordblks and fordblks are the bytes in use and
 * free, usmblks is the most that uordblks has been, and keepcost is the largest free span.
 * mallopt() and malloc_trim() have nothing to do, and return 0.
 *
 * free() of a pointer that is no block in use executes a trap instruction;
 * atoll_fixed_on_misuse() of the heap changes that. */
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

/* Tells where the heap's memory is: sets `*begin` and `*size` and returns 1 for region 0, 1, ... in
 * order of preference, and returns 0 behind the last. A program may define it; otherwise there is
 * one region, from the linker's symbol __heap_start to __heap_end. The heap takes a region of more
 * than 512 KiB in pieces of 512 KiB, or with ATOLL_FIXED_LARGE as a whole. */
int atoll_malloc_region(unsigned number, void** begin, size_t* size);

#ifdef __cplusplus
}
#endif

#endif
