/* Atoll for C programs, and for every language that can call C: the heap of the process, and heaps
 * that a program makes. For C99 and later, and C++.
 *
 * Any thread may call every function at any time, except on a heap that is being made or destroyed,
 * and where a comment says otherwise. No function throws. No function reports errors in errno, but
 * errno may change.
 *
 * A function that allocates returns null only if there is no memory; atoll_heap_last_error() says
 * why. Then nothing is lost, and the program may go on. A size of 0 counts as 1. Memory is not
 * zeroed, unless a comment says so. An object whose size is a multiple of 16 lies at a multiple of
 * 16, any other object at a multiple of 8: enough for every type of that size.
 *
 * Any thread may free an object, to the heap that allocated it. To free something that is not in
 * use there is corruption: the heap writes a line and aborts the program, or calls the heap's
 * on_corruption.
 *
 * A null atoll_heap is a heap without memory: allocation returns null, and other functions do
 * nothing.
 */
#ifndef ATOLL_H
#define ATOLL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- The heap of the process. Where Atoll replaces malloc(), it is malloc()'s heap. --- */

void* atoll_malloc(size_t size);
/* `count` objects of `size` bytes, zeroed. */
void* atoll_calloc(size_t count, size_t size);
/* The object may move; its contents up to the smaller size stay. Null: `object` is unchanged. With
 * a null object it is atoll_malloc(). It never frees, not even for size 0. */
void* atoll_realloc(void* object, size_t size);
/* At a multiple of `alignment`; null if that is not a power of two. */
void* atoll_aligned_alloc(size_t alignment, size_t size);
/* `object` is null, or any of the functions above has returned it. */
void atoll_free(void* object);
/* Bytes that the program may use, at least as many as it asked for. 0 if `object` is null or not
 * the beginning of an object. */
size_t atoll_usable_size(const void* object);

/* --- Heaps. --- */

/* NOLINTBEGIN(modernize-use-using): this is C. */

typedef struct atoll_heap atoll_heap;

/* All members except `size` may be 0, the default:
 *
 *   atoll_options options = {.size = sizeof options, .checked = 1};
 */
typedef struct atoll_options {
  size_t size; /* of this struct, as the caller knows it: later versions have more at the end */

  /* N: the size classes and spans of Go 1.N, 11 to 27. Default: 11, or the first with a port to
   * this system. */
  unsigned go_release;
  /* Not 0: objects of fewer than 16 bytes share blocks. This saves memory, but such an object is
   * aligned only to its size's factors of two. */
  int tiny;
  /* Not 0: the heap reports every bad free when it happens. Slower. */
  int checked;

  /* Mean bytes between two samples of the heap profile. The heap calls `on_sample` for each sample,
   * and passes its result to `on_sample_freed` when the object is freed. Both may be null, and must
   * not call the heap. Go's rate is 524288. By default the heap takes no samples: they make it
   * slower. */
  uint64_t profile_rate;
  void* (*on_sample)(void* context, void* object, uint64_t size);
  void (*on_sample_freed)(void* context, void* sample);
  void* sample_context;

  /* The heap calls this on corruption, instead of aborting. It must not call the heap. If it
   * returns, the bad call has no effect. `what` is valid only during the call. */
  void (*on_corruption)(void* context, const char* what);
  void* corruption_context;
} atoll_options;

/* Null `options` are the defaults. If it returns null, there is no heap, and `why`, unless it is
 * null, has the reason: as much of it as fits into `why_size` bytes, always terminated. 16 heaps
 * may exist at a time.
 *
 * The record of a heap, and everything else that it has, is in memory of its own from the system.
 * The heap calls neither malloc() nor the process's heap, so these may be damaged or not exist. */
atoll_heap* atoll_heap_create(const atoll_options* options, char* why, size_t why_size);

/* Gives everything back to the system, including objects in use. No other thread may use the heap.
 * Does nothing for the process's heap. */
void atoll_heap_destroy(atoll_heap* heap);

/* The process's heap, which begins with the first call that needs it. Null: it could not begin. */
atoll_heap* atoll_process_heap(void);

/* These do the same as those for the process's heap. */
void* atoll_heap_malloc(atoll_heap* heap, size_t size);
void* atoll_heap_calloc(atoll_heap* heap, size_t count, size_t size);
void* atoll_heap_realloc(atoll_heap* heap, void* object, size_t size);
void* atoll_heap_aligned_alloc(atoll_heap* heap, size_t alignment, size_t size);
void atoll_heap_free(atoll_heap* heap, void* object);
size_t atoll_heap_usable_size(atoll_heap* heap, const void* object);

/* Gives free memory back to the system, and returns how many bytes that was. */
uint64_t atoll_heap_scavenge(atoll_heap* heap);

/* --- Facts about a heap. Texts are cut to fit into `size` bytes and always terminated; the result
 * is the length of the whole text, without the terminator. --- */

/* Why there was no memory the last time; empty if there always was. */
size_t atoll_heap_last_error(atoll_heap* heap, char* text, size_t size);

/* Checks the whole heap. The text is the first invariant that does not hold, or empty. No other
 * thread may use the heap meanwhile. */
size_t atoll_heap_check(atoll_heap* heap, char* text, size_t size);

/* Go's runtime.MemStats, in bytes unless a comment says otherwise. */
enum { ATOLL_SIZE_CLASSES = 68 };

typedef struct atoll_size_statistics {
  uint64_t size;
  uint64_t mallocs;
  uint64_t frees;
} atoll_size_statistics;

typedef struct atoll_statistics {
  size_t size; /* of this struct, as the caller knows it: set it before the call */

  uint64_t alloc;         /* of objects in use */
  uint64_t total_alloc;   /* of all objects ever */
  uint64_t sys;           /* from the system */
  uint64_t mallocs;       /* number of objects ever */
  uint64_t frees;         /* number of objects freed */
  uint64_t heap_alloc;    /* as alloc */
  uint64_t heap_sys;      /* address space of the heap, without stacks */
  uint64_t heap_idle;     /* free spans */
  uint64_t heap_inuse;    /* spans of objects */
  uint64_t heap_released; /* of heap_idle: given back to the system */
  uint64_t heap_objects;  /* number of objects in use */
  uint64_t stack_inuse;
  uint64_t stack_sys;
  uint64_t mspan_inuse; /* records of spans */
  uint64_t mspan_sys;
  uint64_t mcache_inuse; /* caches of threads */
  uint64_t mcache_sys;
  uint64_t buck_hash_sys; /* the profile */
  uint64_t gc_sys;        /* bits of objects */
  uint64_t other_sys;

  uint64_t size_classes;                             /* entries that follow; the first is empty */
  atoll_size_statistics by_size[ATOLL_SIZE_CLASSES]; /* up to 32 KiB */
} atoll_statistics;

/* Complete and consistent. It may or may not count what other threads allocate or free meanwhile.
 */
void atoll_heap_statistics(atoll_heap* heap, atoll_statistics* statistics);

/* --- Reports, as the library writes them when a process ends. It calls `write` for each piece of a
 * report. `write` must not call the heap, not even through a library such as stdio. The result is
 * the number of bytes; 0: there is nothing to report. --- */

typedef void (*atoll_writer)(void* context, const char* text, size_t size);

/* A heap's statistics for people; as one object of JSON. */
size_t atoll_heap_write_text(atoll_heap* heap, atoll_writer write, void* context);
size_t atoll_heap_write_json(atoll_heap* heap, atoll_writer write, void* context);

/* The process's samples, if it takes any (ATOLL_OPTIONS=profile_rate=...), for pprof. The report
 * does not say which libraries are loaded where: on Linux, append "\nMAPPED_LIBRARIES:\n" and
 * /proc/self/maps. */
size_t atoll_write_profile(atoll_writer write, void* context);

/* NOLINTEND(modernize-use-using) */

#ifdef __cplusplus
}
#endif

#endif
