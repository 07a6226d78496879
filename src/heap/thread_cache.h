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

// Heaps that may live at a time. Each has a slot in every thread's list of caches. Two more slots
// are set aside: one for the heap behind malloc(), whose calls then know it beforehand, and one
// that is always empty.
inline constexpr unsigned kHeapSlots = 16;
inline constexpr unsigned kProcessHeapSlot = kHeapSlots;
inline constexpr unsigned kNoHeapSlot = kHeapSlots + 1;

struct alignas(64) ThreadCache {
  objects::Cache objects;  // first: the fast path finds its lists at the same address
  stacks::StackCache stacks{};

  Heap* heap = nullptr;
  ThreadCache** slot = nullptr;  // in its thread's list
  std::uint64_t age = 0;         // how many caches the heap had made before, with this one

  // Of the heap's list of caches.
  ThreadCache* next = nullptr;
  ThreadCache* previous = nullptr;
  List<ThreadCache>* list = nullptr;
};

// A cache in memory of its own. Zero is what the classes' constructor makes; whoever gives the
// record back clears what it used of them, so that the rest need not become resident.
struct CacheRecord {
  ThreadCache cache;
  objects::ClassCache classes[objects::kMaxSpanClasses];
};
static_assert(sizeof(CacheRecord) <= 16384, "more than FixedAlloc has");

// The lock of a cache, which nobody else's shares a cache line with.
struct alignas(64) CacheLock {
  Mutex mutex;
};

// For a thread without a cache: its lists are empty, and it takes nothing back. So the fast path
// need not ask whether there is one. Never written to.
extern const ThreadCache no_cache;

// The calling thread's cache for each heap.
using ThreadCaches = std::array<ThreadCache*, kNoHeapSlot + 1>;
extern constinit ATOLL_THREAD_LOCAL ThreadCaches all_thread_caches;
inline ThreadCaches& thread_caches() { return of_this_thread(all_thread_caches); }

// Whether the calling thread has given its caches back because it ends. What runs on it after that
// (other functions that the system calls then, and what it frees of the thread itself) gets no new
// cache, which nobody would take back, but shares one with other such threads.
extern constinit ATOLL_THREAD_LOCAL bool thread_has_ended;

// A free slot, or kNoHeapSlot.
unsigned take_heap_slot();
// kProcessHeapSlot, or kNoHeapSlot if it is taken.
unsigned take_process_heap_slot();
void give_heap_slot(unsigned slot);

// Sees to it that every heap takes its cache back when this thread ends.
void watch_thread_end(os::Os& os);

}  // namespace Atoll
