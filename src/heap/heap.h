// The heap: Go's allocator with explicit free, over any operating system.
//
//   Atoll::Heap heap;
//   if (const Atoll::Line why = heap.init(Atoll::os::native()); !why.view().empty()) ...
//   void* p = heap.allocate(100);
//   heap.free(p);
//
// Several heaps may live in one process; the only global state is each thread's list of its caches.
// A thread needs no preparation: it gets its cache with its first call, and gives everything back
// when it ends.
//
// Any thread may free what any thread allocated. All functions are thread safe unless their comment
// says otherwise. allocate() and free() of small objects take a lock only once in a batch.
//
// A function of the system may call the heap that called it, and a signal handler may call the heap
// that it interrupted. Nothing hangs or breaks, but such an inner call gets no memory, no
// statistics and no stack, and what it frees becomes free when the outer call ends
// (src/heap/entry.h).
//
// When the heap is out of memory, functions return null, and the heap stays usable; last_failure()
// tells why. As soon as the heap sees what no correct program can do (a double free, a free of
// memory that it never allocated), it calls the corruption handler (src/base/corruption.h).
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

  // Does stackinit and mallocinit in the book's order, with their checks. Returns an empty line if
  // the heap can be used. Otherwise returns the book's message (src/heap/init_checks.h), and leaves
  // nothing behind. Fails also if 16 heaps live already, or if the process has a process heap
  // already and this would be another. `os` must outlive the heap.
  [[nodiscard]] Line init(os::Os& os, const HeapOptions& options = {});

  // Gives everything back to the system, including objects in use. init() may follow.
  void destroy();

  bool is_initialised() const { return state_.has_value(); }

  // --- Objects. ---

  // Allocates at least `size` bytes, not zeroed, at a multiple of 8, and of 16 and more if the
  // size's class is; HeapOptions says how tiny objects lie. `scan` tells a collector whether the
  // object has pointers; by default it has none. For size 0, returns an address that all empty
  // objects share, unless HeapOptions::distinct_empty is set. Null: no memory.
  void* allocate(std::size_t size);
  void* allocate(std::size_t size, Scan scan);
  // The same, zeroed: the first `size` bytes, or all usable bytes of an object with pointers.
  void* allocate_zeroed(std::size_t size, Scan scan = Scan::kNoscan);
  // Allocates at a multiple of `alignment`. Not zeroed, and never tiny. Null: no memory, or
  // `alignment` is not a power of two.
  void* allocate_aligned(std::size_t size, std::size_t alignment, Scan scan = Scan::kNoscan);

  // Ignores null.
  void free(void* p);

  // Resizes as C's realloc does: keeps the contents up to the smaller size, and may move the
  // object. If there is no memory, returns null and leaves the object alone, but never for a size
  // that is usable already. reallocate(nullptr, n) allocates; size 0 frees the object and returns
  // the empty object. The object stays scan or noscan; `scan` is for a new one.
  void* reallocate(void* p, std::size_t size, Scan scan = Scan::kNoscan);

  // The number of bytes that may be used from `p`, which is the beginning of an object or a tiny
  // object.
  std::size_t usable_size(const void* p);

  // Returns the object that holds `p`, which may be any address: inside of an object, or wild.
  // Between begin_mark() and end_mark() the answer is exact. At other times the function may also
  // find a small free object that a thread's cache holds. From end_mark() on it never finds an
  // object that was not marked.
  Object find_object(const void* p);

  // --- Stacks. `size` is a power of two and at least the port's FixedStack (else null). ---

  StackMemory stack_allocate(std::size_t size);
  void stack_free(StackMemory stack);

  // --- Mark and sweep, for a runtime with a collector. Explicit free() goes on working. ---

  // Sweeps what is left of the last cycle, and clears all marks. From now on new objects are born
  // marked. No other thread may use the heap during the call.
  void begin_mark();
  // Marks the object that holds `p` (any address). Returns the object if it was not marked before,
  // so that the caller looks at its pointers next; otherwise returns none. Any number of threads
  // may call this, but it takes the lock of the heap's pages, so they mark one at a time.
  Object mark(const void* p);
  // Ends marking. No other thread may use the heap during the call. Objects that are not marked are
  // free from now on; their memory comes back as spans are swept, at the latest when an allocation
  // needs it.
  void end_mark();
  // Sweeps one more span. Returns false if all are swept.
  bool sweep_one();
  void sweep_all();

  // --- Finalizers. `function(object, argument)` becomes due when the object dies in a sweep. The
  // object lives until its finalizer has run, and dies for good in the next sweep after that. What
  // it refers to lives as long only if the collector marks it, see for_each_finalizable(). free()
  // drops the finalizer. ---

  // Returns false if there is no such object, if it is tiny or has one already, or if memory is
  // out.
  bool set_finalizer(void* p, objects::FinalizerFunction function, void* argument);
  bool clear_finalizer(void* p);
  // Runs at most one due finalizer. Returns false if none is due.
  bool run_finalizer();
  // Visits every object with a finalizer, due or not. For use between begin_mark() and end_mark();
  // no other thread may use the heap during the call, but `visit` may mark. As in Go, a collector
  // marks what these objects refer to, but not the objects themselves, which would never die.
  void for_each_finalizable(void (*visit)(void* context, Object object), void* context);

  // --- Memory. ---

  // Returns to the system all pages that have been free for `age_nanoseconds`, and returns the
  // number of bytes. First flushes this thread's cache and the chains that wait for other caches.
  std::uint64_t scavenge(std::uint64_t age_nanoseconds = 0);

  // Does what scavenge() does to all free pages, but first takes free objects and pages from the
  // caches of all other threads, too. It cannot take the objects on their lists, which only their
  // threads reach. If the system allocates memory when it is touched, trim() also releases free
  // pages between objects in use; statistics count these as in use.
  std::uint64_t trim();

  // Gives back to the heap what this thread's cache holds, and the chains that wait for other
  // caches. The thread's next call gets a new cache.
  void flush_thread();

  // The heap reports an object that is freed twice in a row when the next one of its size is
  // allocated, or when objects go back to their spans. This function checks at once what the
  // calling thread freed last.
  void check_thread();

  // Returns complete and consistent statistics: every sum in them holds. Objects that other threads
  // allocate or free meanwhile may or may not be counted.
  Statistics statistics();

  // Returns the first violated invariant, or an empty line. No other thread may use the heap
  // meanwhile. Takes time proportional to the heap.
  Line check();

  // Why the last allocation of pages failed.
  Line last_failure();

  // Whether this is an inner call: the heap's own call of the system led to it, or it interrupted
  // the heap.
  bool is_inner() const { return Entry::is_inside(*this); }

  // Whether `p`, any address, lies in memory that is divided into objects and stacks.
  bool has_arena_at(const void* p) {
    return state_.has_value() && state_->pages.map().arena(Address::of(p)) != nullptr;
  }

  const Platform& platform() const { return state_->platform; }
  pages::PageHeap& pages() { return state_->pages; }

  // --- For a process that forks while other threads use the heap. ---

  // Takes every lock of the heap, so that no other thread changes shared state until one of the two
  // after_fork functions releases them. Calls of this thread in between are inner calls. Does
  // nothing in an inner call, such as that of a signal handler that forks: parent and child go on
  // where the thread was. Returns whether it took the locks.
  bool before_fork();
  // Whether the after_fork functions would release locks now.
  bool is_forking() const;
  void after_fork_in_parent();
  // In the child, spans that other threads' caches held, and pages in their stock, are available to
  // everybody as soon as somebody frees or needs objects of their class. The free objects on their
  // lists are lost to the child.
  void after_fork_in_child();

  // --- For a process that the system ends thread by thread (Os::is_ending()). ---

  // Whether a thread that is gone held a lock of the heap, so that some state may be half changed.
  // If so, once the system has called this thread's exit function, the heap hands out nothing, and
  // loses what is freed or given back: the process is about to end. Statistics may be wrong, and
  // check() may find that. Returns false until the end of the process, and if nobody held a lock:
  // then the heap works as before.
  bool is_abandoned() {
    return state_.has_value() && state_->platform.os.is_ending() && was_abandoned();
  }

 private:
  friend class Entry;
  friend class FastPath;
  friend class ThreadExit;

  // The calling thread's cache for the time of one call. A thread without a cache gets one. A
  // thread that is ending uses the cache that such threads share, under a lock. There is no cache
  // in an inner call, or if there is no memory.
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

  // The port that the fast path computes with, whatever the heap's own port: see
  // Cache::refresh_lookup().
  static constexpr port::PortSpec kNativePort = port::native_spec();

  // The state of an initialised heap.
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

    Mutex fork_lock;  // of a forking thread's entry, from before the fork until after it:
    alignas(Entry) std::array<std::byte, sizeof(Entry)> fork_entry;
    unsigned inner_forks = 0;
    ThreadCache* interrupted = nullptr;  // whose lock the forking thread holds already

    Mutex closed_lock;              // of the cache that ending threads share:
    ThreadCache* closed = nullptr;  // made when a thread needs it

    Mutex lock;  // of what follows
    List<ThreadCache> caches;
    pages::CacheNumber last_number;
    objects::ObjectCounts retired;  // the sums of caches that are gone
    objects::Random random;
    std::uint64_t cache_count = 0;  // without orphans
    std::uint64_t caches_made = 0;
    // In the child of a fork: the caches made up to this age are orphans, whose threads are gone,
    // except the survivors. Their locks are held for ever; nobody needs them.
    std::uint64_t orphan_age = 0;
    std::array<std::uint64_t, 2> survivor_ages{};
    // The last orphan that gave back its spans of a class. Orphans stay in the list.
    std::array<const ThreadCache*, objects::kMaxSpanClasses> last_adopted{};
    // Classes whose spans orphans may still hold. 0 stands for their stock.
    std::array<bool, objects::kMaxSpanClasses> is_orphaned{};
    unsigned orphaned_classes = 0;
    unsigned next_swept = 0;  // span class

    std::optional<bool> was_abandoned;  // computed once, at the end of the process
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
  // Whether a small object of `used` bytes stays where it is when it is resized to `size`: not if
  // that would leave half of its room or more unused.
  static bool stays(std::size_t used, std::size_t size) {
    return size <= used && size > used / policy::kStaysFraction;
  }
  void* shrink(void* p, pages::Span* span, std::size_t size);
  bool resize(pages::Span* span, std::uint64_t npages);  // a large object in place
  void* move(void* p, pages::Span& span, std::size_t used, std::size_t size, Scan scan);
  // Before the large object at `from` moves. It has `size` bytes, and the new one more.
  void expect_copy(const void* to, const void* from, std::size_t size);
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
  // Calls visit(cache's objects) for each cache, under its lock. The caller holds `lock`.
  template <typename Visit>
  void for_each_cache(Visit visit);
  template <typename Visit>
  void visit_locks(const Visit& visit);  // all but those of State itself
  bool has_lock_held();
  bool was_abandoned();  // call it at the end of the process only
  void detach(ThreadCache* cache);
  void flush(ThreadCache& cache);
  void give_back_own(ThreadCache* own);
  void settle_chains();
  void give_back_large();
  void give_back_large(objects::Surplus& surplus);  // the caller holds `lock`
  void give_back_unused();
  pages::CacheNumber new_number();
  // Returns the span of an object that is in use, or a small one that is free in a cache. The
  // caller owns the object or holds the page heap's lock.
  pages::Span* find_span(const void* p, std::uint64_t* index);
  Object object_of(const pages::Span& span, std::uint64_t index) const;
  // The usable size at `p` in object `index`; 0 if nothing begins there.
  std::size_t usable_size(const void* p, const pages::Span& span, std::uint64_t index) const;
  objects::Central& central_of(const pages::Span& span);
  // Returns null if nobody holds the span, or if its holder is a cache that is gone.
  const ThreadCache* holder_of(const pages::Span& span) const;
  objects::ObjectCounts count_objects(pages::PageStatistics* pages);
  Line check_span(const pages::Span& span);
  Line check_objects();

  // The address that all empty objects share. Nobody writes to it.
  static std::uint64_t empty_object_;

  // Every call reads these, so they come first and beside each other. Without a heap, slot_ is a
  // slot in which no thread has a cache.
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
  if (is_inner_) {
    // The list of caches may still have the cache, or have it again: a signal handler can interrupt
    // enter() and leave().
    cache_ = const_cast<ThreadCache*>(&no_cache);
    return;
  }
  of_this_thread(innermost_entry) = this;
  enter();
}

inline Heap::CacheUse::CacheUse(Heap& heap) : heap_(heap), entry_(heap) {
  // An inner call finds no cache there, nor does a thread that has none yet.
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
