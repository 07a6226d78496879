// The heap: Go's allocator with explicit free, over any operating system.
//
//   Atoll::Heap heap;
//   if (const Atoll::Line why = heap.init(Atoll::os::native()); !why.view().empty()) ...
//   void* p = heap.allocate(100);
//   heap.free(p);
//
// Several heaps may live in one process, and nothing is global but the thread's list of its caches.
// A thread needs no preparation: it gets its cache with its first call, and gives everything back
// when it ends.
//
// Any thread may free what any thread allocated. All calls are thread safe, but for those that say
// otherwise. allocate() and free() of small objects take no lock, but once in a batch.
//
// The system's functions may call the heap that called them, and so may signal handlers, whatever
// they interrupted: nothing hangs or breaks, but such an inner call gets no memory, no statistics
// and no stack, and what it frees is free when the outer call ends (src/heap/entry.h).
//
// Out of memory is a null pointer, and the heap stays usable: last_failure() tells why. What no
// correct program can do (freeing twice, freeing what was never allocated) is told to the
// corruption handler (src/base/corruption.h), as soon as it is seen.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "os/base/text.h"
#include "os/os.h"
#include "src/base/corruption.h"
#include "src/base/fixed_alloc.h"
#include "src/base/memory_kind.h"
#include "src/base/mutex.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/heap/entry.h"
#include "src/heap/options.h"
#include "src/heap/statistics.h"
#include "src/heap/thread_cache.h"
#include "src/objects/central.h"
#include "src/objects/object_heap.h"
#include "src/objects/size_table.h"
#include "src/objects/special.h"
#include "src/pages/page_heap.h"
#include "src/policy.h"
#include "src/port/port.h"
#include "src/stacks/stack_heap.h"

namespace Atoll {

using objects::Scan;

// An object that holds some address.
struct Object {
  void* base = nullptr;  // null: none
  std::size_t size = 0;  // usable bytes, from `base`
  bool noscan = false;   // whether it holds no pointers

  explicit operator bool() const { return base != nullptr; }
};

struct StackMemory {
  void* base = nullptr;  // null: no memory
  std::size_t size = 0;
};

class Heap {
 public:
  constexpr Heap() = default;
  ~Heap() { destroy(); }
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // --- Beginning and end. No other thread may use the heap meanwhile. ---

  // stackinit and mallocinit in the book's order, with their checks. An empty line: the heap can be
  // used. Otherwise the book's message (src/heap/init_checks.h), and nothing is left behind.
  // `os` must outlive the heap. Fails too when 16 heaps live already, or a second one would be the
  // process's.
  [[nodiscard]] Line init(os::Os& os, const HeapOptions& options = {});

  // Gives everything back to the system, objects in use as well. init() may follow.
  void destroy();

  bool is_initialised() const { return state_.has_value(); }

  // --- Objects. ---

  // At least `size` bytes, not zeroed, at a multiple of 8, and of 16 and more if the size's class
  // is; tiny objects as HeapOptions says. `scan` tells a collector whether there are pointers in
  // it; by default there are none. size 0: an address that all empty objects share, but for
  // HeapOptions::distinct_empty. Null: no memory.
  void* allocate(std::size_t size);
  void* allocate(std::size_t size, Scan scan);
  // The same, zeroed: `size` bytes, and of an object with pointers all that are usable.
  void* allocate_zeroed(std::size_t size, Scan scan = Scan::kNoscan);
  // At a multiple of `alignment`, a power of two (else null); not zeroed; never tiny.
  void* allocate_aligned(std::size_t size, std::size_t alignment, Scan scan = Scan::kNoscan);

  // Null is ignored.
  void free(void* p);

  // As C's realloc: keeps the contents up to the smaller size, may move; null and unchanged if
  // there is no memory, but never for a size that is usable already. reallocate(nullptr, n)
  // allocates; size 0 frees and returns the empty object. The object stays scan or noscan; `scan`
  // is for a new one.
  void* reallocate(void* p, std::size_t size, Scan scan = Scan::kNoscan);

  // Bytes that may be used from `p`, an object's beginning, or a tiny object.
  std::size_t usable_size(const void* p);

  // The object that holds `p`, which may be any address: inside of an object, or wild. Between
  // begin_mark() and end_mark() the answer is exact. At other times a free object may be found too,
  // while a thread's cache holds it; one that was not marked is never found from end_mark() on.
  Object find_object(const void* p);

  // --- Stacks: `size` is a power of two and at least the port's FixedStack (else null). ---

  StackMemory stack_allocate(std::size_t size);
  void stack_free(StackMemory stack);

  // --- Mark and sweep, for a runtime with a collector. explicit free() goes on working. ---

  // Sweeps what is left of the last cycle, and clears all marks. From now on new objects are born
  // marked. No other thread may use the heap during the call.
  void begin_mark();
  // Marks the object that holds `p` (any address). The object if it was not marked before, so that
  // the caller looks at its pointers next; else none. Any number of threads, one at a time: it
  // takes the lock of the heap's pages.
  Object mark(const void* p);
  // Marking is complete. No other thread may use the heap during the call. Objects that are not
  // marked are free from now on; their memory comes back as spans are swept, at the latest when
  // they are needed.
  void end_mark();
  // Sweeps one more span. False: all are swept.
  bool sweep_one();
  void sweep_all();

  // --- Finalizers: `function(object, argument)` is due when the object dies in a sweep. The object
  // lives on until its turn has come, and dies for good with the sweep after that. What it refers
  // to lives as long only if the collector marks it, see for_each_finalizable(). free() drops the
  // finalizer. ---

  // False: no such object, it is tiny, it has one already, or no memory.
  bool set_finalizer(void* p, objects::FinalizerFunction function, void* argument);
  bool clear_finalizer(void* p);
  // Runs at most one that is due; false: there is none.
  bool run_finalizer();
  // Every object with a finalizer, due or not. Between begin_mark() and end_mark(); no other thread
  // may use the heap during the call, but `visit` may mark. As Go does, a collector marks what
  // these objects refer to, but not the objects themselves, which would never die.
  void for_each_finalizable(void (*visit)(void* context, Object object), void* context);

  // --- Memory. ---

  // Returns free pages to the system: all that have been free for `age_nanoseconds`. Tells how many
  // bytes that was. This thread's cache is flushed first, and what waits for other caches.
  std::uint64_t scavenge(std::uint64_t age_nanoseconds = 0);

  // As scavenge() of all free pages, but first takes free objects and pages from the caches of all
  // other threads, too. It cannot take the objects on their lists, which only their threads reach.
  // Pages between objects in use go back as well, where the system shares memory out when it is
  // touched; to statistics they stay in use.
  std::uint64_t trim();

  // Hands what this thread's cache holds back to the heap, and what waits to be passed on to other
  // caches. Its next call gets a new one.
  void flush_thread();

  // An object that is freed twice in a row is named when the next one of its size is allocated, or
  // when objects go back to their spans; what the calling thread freed last is looked at now.
  void check_thread();

  // Complete and consistent: every sum in it holds. Objects that other threads allocate or free
  // meanwhile may or may not be counted.
  Statistics statistics();

  // The first violated invariant, or an empty line. No other thread may use the heap meanwhile.
  // Takes time proportional to the heap.
  Line check();

  // Why the last allocation of pages failed.
  Line last_failure();

  // Whether this is an inner call: one that the heap's own call of the system led to, or that
  // interrupted the heap.
  bool is_inner() const { return Entry::is_inside(*this); }

  // Whether `p`, any address, lies in memory that is divided into objects and stacks.
  bool has_arena_at(const void* p) {
    return state_.has_value() && state_->pages.map().arena(Address::of(p)) != nullptr;
  }

  const Platform& platform() const { return state_->platform; }
  pages::PageHeap& pages() { return state_->pages; }

  // --- For a process that forks while other threads use the heap. ---

  // Takes every lock of the heap, so that no other thread changes anything shared until one of the
  // other two, which give them back. Calls of this thread in between are inner calls. In an inner
  // call, as of a signal handler that forks, nothing is done: the thread goes on where it was, in
  // the parent and in the child. Whether the locks were taken.
  bool before_fork();
  // Whether the other two would give locks back now.
  bool is_forking() const;
  void after_fork_in_parent();
  // Spans that other threads' caches held are everybody's then, as soon as somebody frees or needs
  // objects of their class, and so are pages in their stock. Free objects that were on their lists
  // are lost to the child.
  void after_fork_in_child();

  // --- For a process that the system ends thread by thread (Os::is_ending()). ---

  // Whether a thread that is gone held a lock of the heap, so that something may be half changed.
  // Then, once the system has called this thread's exit function, the heap hands out nothing, and
  // what is freed or given back is lost: the process is about to end. Statistics may be wrong, and
  // check() finds it. No until the end, and where nobody held a lock: the heap works as ever.
  bool is_abandoned() {
    return state_.has_value() && state_->platform.os.is_ending() && was_abandoned();
  }

 private:
  friend class Entry;
  friend class FastPath;
  friend class ThreadExit;

  // The calling thread's cache for the time of one call. The thread gets one if it has none yet;
  // one that is ending uses the cache such threads share, under a lock. None: no memory, or an
  // inner call.
  class CacheUse {
   public:
    explicit CacheUse(Heap& heap);
    ~CacheUse() {
      if (is_shared_) [[unlikely]]
        let_go();
    }
    CacheUse(const CacheUse&) = delete;
    CacheUse& operator=(const CacheUse&) = delete;

    explicit operator bool() const { return cache_ != nullptr; }
    bool is_inner() const { return entry_.is_inner(); }
    objects::Cache& objects() const { return cache_->objects; }
    stacks::StackCache* stacks() const { return cache_ != nullptr ? &cache_->stacks : nullptr; }

   private:
    void find_cache();
    void let_go();

    Heap& heap_;
    Entry entry_;
    ThreadCache* cache_ = nullptr;
    bool is_shared_ = false;
  };

  // What the fast path computes with, whatever the heap's own port: see Cache::refresh_lookup().
  static constexpr port::PortSpec kNativePort = port::native_spec();

  // Everything of a heap that lives.
  struct State {
    [[gnu::cold]] State(os::Os& os, const HeapOptions& heap_options)
        : platform{os, os.probe(), heap_options.spec}, options(heap_options) {}

    Platform platform;
    HeapOptions options;
    MemoryCounters counters;
    PersistentAlloc memory;
    pages::PageHeap pages;
    FixedAlloc cache_records;
    FixedAlloc cache_locks;
    objects::ObjectHeap objects;
    stacks::StackHeap stacks;

    Mutex fork_lock;  // of the entry of a thread that forks, held from before it until after it:
    alignas(Entry) std::array<std::byte, sizeof(Entry)> fork_entry;
    unsigned inner_forks = 0;
    ThreadCache* interrupted = nullptr;  // whose lock the forking thread has already

    Mutex closed_lock;              // of the cache that threads share while they end:
    ThreadCache* closed = nullptr;  // made when it is needed

    Mutex lock;  // of what follows
    List<ThreadCache> caches;
    pages::CacheNumber last_number;
    objects::ObjectCounts retired;  // of caches that are gone
    objects::Random random;
    std::uint64_t cache_count = 0;  // without orphans
    std::uint64_t caches_made = 0;
    // In the child of a fork, caches of threads that are gone: the first so many that were made,
    // but for the survivors. Their locks are held for ever, and not needed.
    std::uint64_t orphan_age = 0;
    std::array<std::uint64_t, 2> survivor_ages{};
    // The last one whose spans of a class were given back. Orphans stay in the list.
    std::array<const ThreadCache*, objects::kMaxSpanClasses> last_adopted{};
    // Classes whose spans they may hold still. 0 is for their stock.
    std::array<bool, objects::kMaxSpanClasses> is_orphaned{};
    unsigned orphaned_classes = 0;
    unsigned next_swept = 0;  // span class

    std::optional<bool> was_abandoned;  // found out at the end of the process, once
  };

  Line start(Entry& entry);
  void release_all();
  void forget_state();
  void* allocate_fast(std::size_t size, Scan scan);
  void* allocate_stepped(std::size_t size, Scan scan);
  void* allocate_slowly(std::size_t size, Scan scan);
  void free_slowly(void* p);
  void* allocate_large(std::size_t size, std::size_t alignment, Scan scan, bool* needs_zero);
  void* allocate_beside_tiny(unsigned span_class);
  // Whether an object of a size class, of `used` bytes, stays where it is when it becomes `size`:
  // one that would leave half of its room unused or more does not.
  static bool stays(std::size_t used, std::size_t size) {
    return size <= used && size > used / policy::kStaysFraction;
  }
  void* shrink(void* p, pages::Span* span, std::size_t size);
  bool resize(pages::Span* span, std::uint64_t npages);  // a large object in place
  void* move(void* p, pages::Span& span, std::size_t used, std::size_t size, Scan scan);
  ThreadCache* new_cache(ThreadCache** slot);
  ThreadCache* attach(Entry& entry);
  void put_aside(void* p);
  Entry* fork_entry() const;
  bool was_inner_fork();
  void leave_fork();
  void unlock_all();
  void adopt_later();
  bool adopt(unsigned span_class, objects::ObjectHeap::Orphans whose);
  bool is_orphan(const ThreadCache& cache) const;
  void adopt_all();
  // Calls visit(cache's objects) for each cache, under its lock. Under `lock`.
  template <typename Visit>
  void for_each_cache(Visit visit);
  template <typename Visit>
  void visit_locks(const Visit& visit);  // but those of State itself
  bool has_lock_held();
  bool was_abandoned();  // asked at the end of the process only
  void detach(ThreadCache* cache);
  void flush(ThreadCache& cache);
  void give_back_own(ThreadCache* own);
  void settle_chains();
  pages::CacheNumber new_number();
  // The span of an object in use, or free and in a cache. Whoever asks holds the object, or the
  // page heap's lock.
  pages::Span* find_span(const void* p, std::uint64_t* index);
  Object object_of(const pages::Span& span, std::uint64_t index) const;
  // Of what lies at `p` in object `index`; 0 if that is no beginning.
  std::size_t usable_size(const void* p, const pages::Span& span, std::uint64_t index) const;
  objects::Central& central_of(const pages::Span& span);
  // Null: nobody holds the span, or a cache that is gone.
  const ThreadCache* holder_of(const pages::Span& span) const;
  objects::ObjectCounts count_objects(pages::PageStatistics* pages);
  Line check_span(const pages::Span& span);
  Line check_objects();

  // What all empty objects are. Nobody writes to it.
  static std::uint64_t empty_object_;

  // Read by every call, so beside each other and first. Without a heap the slot is one where no
  // thread has a cache.
  unsigned slot_ = kNoHeapSlot;
  objects::SizeTable sizes_;
  std::optional<State> state_;
};

inline Entry::Entry(Heap& heap)
    : heap_(heap),
      slot_(thread_caches()[heap.slot_]),
      cache_(slot_),
      outer_(innermost()),
      is_inner_(outer_ != nullptr && inside(heap) != nullptr) {
  if (is_inner_) return;
  of_this_thread(innermost_entry) = this;
  enter();
}

inline Heap::CacheUse::CacheUse(Heap& heap) : heap_(heap), entry_(heap) {
  // An inner call finds no cache there, as does a thread that has none yet.
  if (entry_.cache() != &no_cache) [[likely]] {
    cache_ = entry_.cache();
  } else {
    find_cache();
  }
}

template <typename Visit>
void Heap::for_each_cache(Visit visit) {
  os::Os& os = state_->platform.os;
  for (ThreadCache* cache = state_->caches.first(); cache != nullptr; cache = cache->next) {
    const bool needs_lock = !is_orphan(*cache);
    if (needs_lock) cache->objects.lock().lock(os);
    visit(cache->objects);
    if (needs_lock) cache->objects.lock().unlock(os);
  }
}

}  // namespace Atoll
