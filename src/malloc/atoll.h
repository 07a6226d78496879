/* Atoll for C programs, and for whatever can call C: the heap of the process, and heaps of one's
 * own. C99 and later, and C++.
 *
 * Every function may be called from any thread at any time, but for those of a heap that is being
 * made or destroyed, and where a comment says otherwise. None throws. None uses errno, though it
 * may be changed.
 *
 * Null, where memory is asked for, means that there is none, and nothing else; why, is told by
 * atoll_heap_last_error(). Nothing is lost then, and everything goes on. A size of 0 is taken for
 * 1. Memory is not zeroed, but where a comment says so. Objects lie at multiples of 16 if their
 * size is one, else of 8: enough for whatever type has that size.
 *
 * An object goes back to the heap it is from, by whatever thread. Freeing what is not in use there
 * is corruption: a line is written and the program aborts, or the heap's own function is called.
 *
 * A null atoll_heap is a heap without memory: nothing can be had, and the rest does nothing.
 */
#ifndef ATOLL_H
#define ATOLL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- The heap of the process: the one of malloc(), where Atoll has taken that over. --- */

void* atoll_malloc(size_t size);
/* `count` objects of `size` bytes, zeroed. */
void* atoll_calloc(size_t count, size_t size);
/* May move; contents up to the smaller size stay. Null: `object` is as it was. A null object is
 * atoll_malloc(). Never frees. */
void* atoll_realloc(void* object, size_t size);
/* At a multiple of `alignment`; null if that is no power of two. */
void* atoll_aligned_alloc(size_t alignment, size_t size);
/* Null is ignored. Takes what any of the above has returned. */
void atoll_free(void* object);
/* Bytes that may be used, at least what was asked for. 0 for null, and for what is not the
 * beginning of an object. */
size_t atoll_usable_size(const void* object);

/* --- Heaps. --- */

/* NOLINTBEGIN(modernize-use-using): this is C. */

typedef struct atoll_heap atoll_heap;

/* All but `size` may be 0, which is the default:
 *
 *   atoll_options options = {.size = sizeof options, .checked = 1};
 */
typedef struct atoll_options {
  size_t size; /* of this struct, as the caller knows it: later versions have more at the end */

  /* N: the size classes and spans of Go 1.N, 11 to 27. Default: 11, or the first with a port to
   * this system. */
  unsigned go_release;
  /* Not 0: objects of fewer than 16 bytes share blocks. Saves memory; such an object is aligned to
   * its size's factors of two only. */
  int tiny;
  /* Not 0: every bad free is told when it happens. Slower. */
  int checked;

  /* Mean bytes between two samples of the heap profile, which `on_sample` is told of; what it
   * returns is passed to `on_sample_freed` when the object is freed. Both may be null, and may not
   * call the heap. Go's rate is 524288; default: no samples, which are slower. */
  uint64_t profile_rate;
  void* (*on_sample)(void* context, void* object, uint64_t size);
  void (*on_sample_freed)(void* context, void* sample);
  void* sample_context;

  /* Told of corruption instead of aborting. May not call the heap. If it returns, the bad call is
   * without effect. `what` ends with the call. */
  void (*on_corruption)(void* context, const char* what);
  void* corruption_context;
} atoll_options;

/* Null options: the defaults. Null: no heap, and `why` tells the reason, unless it is null; as much
 * of it as fits into `why_size` bytes, always with its end. 16 heaps may live at a time.
 *
 * The record of a heap is in memory of its own from the system, and so is all else the heap has:
 * neither malloc() nor the process's heap is called, and they may be damaged or not there yet. */
atoll_heap* atoll_heap_create(const atoll_options* options, char* why, size_t why_size);

/* Gives everything back to the system, objects in use as well. No other thread may use the heap.
 * The process's heap lives on. */
void atoll_heap_destroy(atoll_heap* heap);

/* The process's heap, which begins with the first call that needs it. Null: it cannot be had. */
atoll_heap* atoll_process_heap(void);

/* As for the process's heap. */
void* atoll_heap_malloc(atoll_heap* heap, size_t size);
void* atoll_heap_calloc(atoll_heap* heap, size_t count, size_t size);
void* atoll_heap_realloc(atoll_heap* heap, void* object, size_t size);
void* atoll_heap_aligned_alloc(atoll_heap* heap, size_t alignment, size_t size);
void atoll_heap_free(atoll_heap* heap, void* object);
size_t atoll_heap_usable_size(atoll_heap* heap, const void* object);

/* Returns what is free to the system; how many bytes that was. */
uint64_t atoll_heap_scavenge(atoll_heap* heap);

/* --- What is told of a heap. Texts are cut to fit into `size` bytes, always with their end; the
 * result is how long the whole text is, without its end. --- */

/* Why memory could not be had the last time; empty if it always could. */
size_t atoll_heap_last_error(atoll_heap* heap, char* text, size_t size);

/* Looks at everything: the first invariant that does not hold; empty if all do. No other thread may
 * use the heap meanwhile. */
size_t atoll_heap_check(atoll_heap* heap, char* text, size_t size);

/* Go's runtime.MemStats, in bytes but where a comment says otherwise. */
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
  uint64_t heap_sys;      /* address space of the heap, less that of stacks */
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

/* Complete and consistent. What other threads allocate or free meanwhile may or may not be counted.
 */
void atoll_heap_statistics(atoll_heap* heap, atoll_statistics* statistics);

/* --- Reports, as they are written when a process ends. They come in pieces: `write` is told of
 * each, and may not call the heap: also not by way of a library that does, as stdio may. The result
 * is how many bytes that were; 0: there is nothing to tell. --- */

typedef void (*atoll_writer)(void* context, const char* text, size_t size);

/* A heap's statistics for people; as one object of JSON. */
size_t atoll_heap_write_text(atoll_heap* heap, atoll_writer write, void* context);
size_t atoll_heap_write_json(atoll_heap* heap, atoll_writer write, void* context);

/* The process's samples, if it takes any (ATOLL_OPTIONS=profile_rate=...), for pprof. What is
 * loaded where is not told: on Linux append "\nMAPPED_LIBRARIES:\n" and /proc/self/maps. */
size_t atoll_write_profile(atoll_writer write, void* context);

/* NOLINTEND(modernize-use-using) */

#ifdef __cplusplus
}
#endif

#endif
