// The cache of one thread for one heap, and how a thread finds it: the book's mcache.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "os/thread_local.h"
#include "src/base/list.h"
#include "src/objects/cache.h"
#include "src/stacks/stack_cache.h"

namespace Atoll {

class Heap;

// The number of heaps that may live at a time. Each has a slot in every thread's list of caches.
// There are two more slots: one for the heap behind malloc(), so that its calls know their slot at
// compile time, and one that is always empty.
inline constexpr unsigned kHeapSlots = 16;
inline constexpr unsigned kProcessHeapSlot = kHeapSlots;
inline constexpr unsigned kNoHeapSlot = kHeapSlots + 1;

struct alignas(64) ThreadCache {
  objects::Cache objects;  // first: the fast path finds its lists at the same address
  stacks::StackCache stacks{};

  Heap* heap = nullptr;
  ThreadCache** slot = nullptr;  // in its thread's list
  std::uint64_t age = 0;         // number of caches that the heap had made by then, with this one

  // Links in the heap's list of caches.
  ThreadCache* next = nullptr;
  ThreadCache* previous = nullptr;
  List<ThreadCache>* list = nullptr;
};

// A cache in memory of its own. The constructor of the classes makes all bytes zero. Whoever frees
// the record clears the classes that it used, so that the others need not become resident.
struct CacheRecord {
  ThreadCache cache;
  objects::ClassCache classes[objects::kMaxSpanClasses];
};
static_assert(sizeof(CacheRecord) <= 16384, "more than FixedAlloc has");

// The lock of a cache. No other lock shares its cache line.
struct alignas(64) CacheLock {
  Mutex mutex;
};

// The cache of a thread without a cache: its lists are empty, and it takes nothing back. So the
// fast path need not check whether there is a cache. Never written to.
extern const ThreadCache no_cache;

// The calling thread's cache for each heap.
using ThreadCaches = std::array<ThreadCache*, kNoHeapSlot + 1>;
extern constinit ATOLL_THREAD_LOCAL ThreadCaches all_thread_caches;
inline ThreadCaches& thread_caches() { return of_this_thread(all_thread_caches); }

// Whether the calling thread has given its caches back because it ends. Code that runs on it after
// that (other exit functions of the system, for example) gets no new cache, which nobody would take
// back, but shares one with other ending threads.
extern constinit ATOLL_THREAD_LOCAL bool thread_has_ended;

// Returns a free slot, or kNoHeapSlot.
unsigned take_heap_slot();
// Returns kProcessHeapSlot, or kNoHeapSlot if it is taken.
unsigned take_process_heap_slot();
void give_heap_slot(unsigned slot);

// Makes every heap take its cache back when this thread ends.
void watch_thread_end(os::Os& os);

}  // namespace Atoll
