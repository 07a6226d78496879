/* A heap that lives inside of buffers, for C programs, and whatever can call C. C99 and later.
 *
 *   static uint64_t ram[8 << 10];
 *   atoll_fixed* const heap = atoll_fixed_make(ram, sizeof ram, NULL);
 *   void* const p = atoll_fixed_malloc(heap, 100);
 *   atoll_fixed_free(heap, p);
 *
 * src/fixed/fixed_heap.h says what each costs and promises; here is how they are called. Null,
 * where memory is asked for, means that there is none, that the size is 0, or that the alignment is
 * no power of two.
 *
 * Options are macros that atoll_fixed.cc is compiled with (and nothing else need be):
 *
 *   ATOLL_FIXED_LARGE     buffers may be larger than 512 KiB
 *   ATOLL_FIXED_QUICK=N   quick lists for N lengths
 *   ATOLL_FIXED_FILL      blocks are filled with patterns when they are allocated and freed
 *   ATOLL_FIXED_LOCK      void atoll_fixed_enter(void) and void atoll_fixed_leave(void), which the
 *                         program has, are called around every operation
 *   ATOLL_FIXED_OWNERS    uint32_t atoll_fixed_owner(void), which the program has, is asked for
 * each block, and atoll_fixed_owner_of() tells the answer
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

/* A heap in a buffer at a multiple of 8. Null: it cannot be had; `why`, if not null, tells. */
atoll_fixed* atoll_fixed_make(void* buffer, size_t size, const char** why);
/* One more buffer, taken when those before it are full. Null: done; else why not. */
const char* atoll_fixed_add(atoll_fixed* heap, void* buffer, size_t size);
/* Every block is gone. */
void atoll_fixed_reset(atoll_fixed* heap);

void* atoll_fixed_malloc(atoll_fixed* heap, size_t size);
/* `count` times `size` bytes, zeroed; null if that is more than a size can be. */
void* atoll_fixed_calloc(atoll_fixed* heap, size_t count, size_t size);
void* atoll_fixed_aligned_alloc(atoll_fixed* heap, size_t alignment, size_t size);
/* Null, and the block as it is: there is no memory. A null block is atoll_fixed_malloc(); size 0
 * frees, and returns null. */
void* atoll_fixed_realloc(atoll_fixed* heap, void* block, size_t size);
/* A null block is ignored. */
void atoll_fixed_free(atoll_fixed* heap, void* block);

size_t atoll_fixed_usable_size(atoll_fixed* heap, const void* block);
/* 1: a block in use begins there. */
int atoll_fixed_owns(atoll_fixed* heap, const void* p);

/* What free() would complain of: "double free" and so on; "" for a block in use. */
const char* atoll_fixed_misuse_of(atoll_fixed* heap, const void* p);
/* Called with a pointer that is no block in use but was said to be; if it returns, the call is
 * without effect. Null, the default: a trap instruction. */
void atoll_fixed_on_misuse(atoll_fixed* heap, void (*handler)(void* context, const void* pointer),
                           void* context);

/* Calls function(context, block, usable size) for each in use. It must not call the heap. */
void atoll_fixed_for_each_block(atoll_fixed* heap,
                                void (*function)(void* context, void* block, size_t size),
                                void* context);

/* Bytes, but where a comment says otherwise. */
typedef struct atoll_fixed_statistics {
  size_t sys;             /* of all buffers */
  size_t alloc;           /* usable ones, of blocks in use */
  size_t peak_alloc;      /* the most that alloc has been */
  size_t heap_objects;    /* number of blocks in use */
  size_t heap_idle;       /* free */
  size_t largest_free;    /* the largest size that can be had now */
  size_t failures;        /* number of requests that found no memory */
  unsigned fragmentation; /* percent of heap_idle that are not in the largest free span */
} atoll_fixed_statistics;
void atoll_fixed_get_statistics(atoll_fixed* heap, atoll_fixed_statistics* statistics);

/* Every invariant. Null: all hold; else the words of the first that does not. */
const char* atoll_fixed_check(atoll_fixed* heap);

/* With ATOLL_FIXED_OWNERS only. */
uint32_t atoll_fixed_owner_of(atoll_fixed* heap, const void* block);
void atoll_fixed_enter(void);
void atoll_fixed_leave(void);
uint32_t atoll_fixed_owner(void);

/* NOLINTEND(modernize-use-using) */

#ifdef __cplusplus
}
#endif

#endif
