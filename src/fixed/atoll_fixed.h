/* A heap inside of buffers that the program gives it. For C, from C99 on, and whatever calls C.
 *
 *   static uint64_t ram[8 << 10];
 *   atoll_fixed* const heap = atoll_fixed_make(ram, sizeof ram, NULL);
 *   void* const p = atoll_fixed_malloc(heap, 100);
 *   atoll_fixed_free(heap, p);
 *
 * src/fixed/fixed_heap.h says what each function costs and promises. A function that allocates
 * returns null if there is no memory, if the size is 0, or if the alignment is no power of two.
 *
 * These macros are options. Only atoll_fixed.cc has to be compiled with them; options.h says more.
 *
 *   ATOLL_FIXED_LARGE    buffers may be larger than 512 KiB
 *   ATOLL_FIXED_QUICK=N  quick lists for N lengths
 *   ATOLL_FIXED_FILL     fills blocks with patterns when they are allocated and freed
 *   ATOLL_FIXED_LOCK     calls the program's atoll_fixed_enter() and atoll_fixed_leave() around
 *                        every operation
 *   ATOLL_FIXED_OWNERS   calls the program's atoll_fixed_owner() for each new block;
 *                        atoll_fixed_owner_of() returns what it returned
 */
#ifndef ATOLL_FIXED_H
#define ATOLL_FIXED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NOLINTBEGIN(modernize-use-using): this is C. */

typedef struct atoll_fixed atoll_fixed;

/* Makes a heap in a buffer at a multiple of 8. Returns null if it cannot; `why`, if it is not null,
 * then becomes the reason. */
atoll_fixed* atoll_fixed_make(void* buffer, size_t size, const char** why);
/* Adds a buffer, which the heap uses where those before it have no room. Returns null, or the
 * reason why it did not. */
const char* atoll_fixed_add(atoll_fixed* heap, void* buffer, size_t size);
/* Frees all blocks. */
void atoll_fixed_reset(atoll_fixed* heap);

void* atoll_fixed_malloc(atoll_fixed* heap, size_t size);
/* `count` times `size` bytes, zeroed; null if the product is more than SIZE_MAX. */
void* atoll_fixed_calloc(atoll_fixed* heap, size_t count, size_t size);
void* atoll_fixed_aligned_alloc(atoll_fixed* heap, size_t alignment, size_t size);
/* If there is no memory, returns null, and the block stays as it is. With a null block it does what
 * atoll_fixed_malloc() does; with size 0 it frees the block and returns null. */
void* atoll_fixed_realloc(atoll_fixed* heap, void* block, size_t size);
/* Ignores a null block. */
void atoll_fixed_free(atoll_fixed* heap, void* block);

size_t atoll_fixed_usable_size(atoll_fixed* heap, const void* block);
/* 1: a block in use begins there. */
int atoll_fixed_owns(atoll_fixed* heap, const void* p);

/* What atoll_fixed_free() would report: "double free", for example; "" for a block in use. */
const char* atoll_fixed_misuse_of(atoll_fixed* heap, const void* p);
/* The heap calls the handler when it is given a pointer that is no block in use. If the handler
 * returns, the call has no effect. With null, the default, it executes a trap instruction. */
void atoll_fixed_on_misuse(atoll_fixed* heap, void (*handler)(void* context, const void* pointer),
                           void* context);

/* Calls function(context, block, usable size) for each block in use. The function may not call the
 * heap, except for atoll_fixed_owner_of(). */
void atoll_fixed_for_each_block(atoll_fixed* heap,
                                void (*function)(void* context, void* block, size_t size),
                                void* context);

/* In bytes, where a comment does not say otherwise. */
typedef struct atoll_fixed_statistics {
  size_t sys;             /* of all buffers */
  size_t alloc;           /* usable ones, of blocks in use */
  size_t peak_alloc;      /* the most that alloc has been */
  size_t heap_objects;    /* number of blocks in use */
  size_t heap_idle;       /* free */
  size_t largest_free;    /* the largest size that can be allocated now */
  size_t failures;        /* number of requests that found no memory */
  unsigned fragmentation; /* percent of heap_idle that are not in the largest free span */
} atoll_fixed_statistics;
void atoll_fixed_get_statistics(atoll_fixed* heap, atoll_fixed_statistics* statistics);

/* Checks every invariant. Returns null, or says which one does not hold. */
const char* atoll_fixed_check(atoll_fixed* heap);

/* With ATOLL_FIXED_OWNERS. */
uint32_t atoll_fixed_owner_of(atoll_fixed* heap, const void* block);

/* The program has these: with ATOLL_FIXED_LOCK the first two, with ATOLL_FIXED_OWNERS the third. */
void atoll_fixed_enter(void);
void atoll_fixed_leave(void);
uint32_t atoll_fixed_owner(void);

/* NOLINTEND(modernize-use-using) */

#ifdef __cplusplus
}
#endif

#endif
