// The central list of one span class: it has the spans that no cache holds. Caches get spans here,
// and freed objects come back here.
//
// A span is on the partial list if it has free objects, and on the full list if it has none. When
// marking ends, all spans go to the unswept list; sweeping moves each to one of the others. A span
// that a cache holds is on that cache's list. The spans of large objects, of classes 0 and 1, are
// always full.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/base/list.h"
#include "src/base/mutex.h"
#include "src/objects/free_list.h"
#include "src/objects/held_spans.h"
#include "src/objects/object_heap.h"
#include "src/objects/span_objects.h"
#include "src/policy.h"

namespace Atoll::objects {

// Thread safe. No function asks the page heap for anything while it holds this lock. The caller of
// a function with a Holder or HeldSpans parameter must hold the lock of that cache.
class Central {
 public:
  constexpr Central() = default;
  Central(const Central&) = delete;
  Central& operator=(const Central&) = delete;

  // Lets a cache hold a swept span with at least one free object. Returns false if there is none.
  bool take(ObjectHeap& heap, const Holder& holder);
  // The same with a new span, just allocated.
  void add(ObjectHeap& heap, const Holder& holder, Span* span);

  // Takes one object of a span that nobody holds; nobody holds it afterwards either. Returns null
  // if there is none.
  FreeObject* take_shared(ObjectHeap& heap);
  // The same from a new span, just allocated.
  FreeObject* take_shared(ObjectHeap& heap, Span* span);

  // The reverse of take(): the cache no longer holds `span`. Returns the number of objects freed by
  // others that turned out to be free already. This and the functions below add spans that became
  // empty to `empties`; the caller owns these.
  std::uint32_t take_back(ObjectHeap& heap, HeldSpans& held, Span* span, List<Span>& empties);

  // Frees the objects that others have freed in spans that the cache holds. Returns the same as
  // take_back().
  std::uint32_t collect_freed(ObjectHeap& heap, HeldSpans& held, List<Span>& empties);

  // Lets the cache hold `span`, because it frees an object of this class at `address`. Returns
  // false if another cache holds the span, the span waits to be swept, or no other object in it is
  // in use.
  bool try_hold(ObjectHeap& heap, Span* span, const Holder& holder, Address address);

  // For a careful cache: take_one() on a span that the cache holds.
  unsigned take_object(ObjectHeap& heap, Span& span);

  // Makes a span, just allocated, the span of a large object, and takes that object.
  void* add_large(ObjectHeap& heap, Span* span);

  // Frees the objects of a chain. All must be taken and of this class: the function reports others
  // and leaves them alone. Returns the number of objects freed. An object in a span that a cache
  // holds waits there until that cache collects it.
  std::uint32_t free_chain(ObjectHeap& heap, Chain chain, List<Span>& empties);

  // Keeps a chain for the next cache that needs objects, so that nobody looks at their spans and
  // bits. Any thread may give objects and any may take them. Returns false if the central list has
  // no room for the chain, or if spans wait to be swept.
  bool keep(ObjectHeap& heap, Chain chain);
  // Returns the chain that was kept last, or none.
  Chain take_chain(ObjectHeap& heap);
  // Releases to the system whole pages without an object in use, in spans that nobody holds. The
  // spans keep these pages. Returns the number of bytes. Takes time proportional to the number of
  // spans that have free objects.
  //
  // For all classes. Does nothing while another thread does the same, or while the system refuses
  // to give back what an earlier call released: at most one span misses pages.
  static std::uint64_t release_free_pages(ObjectHeap& heap);
  // The number of objects that are taken because the system refuses to give their pages back.
  std::uint64_t withheld_count(const ObjectHeap& heap) const;
  // Keeps these objects taken when their span is swept. No other thread may use the heap.
  static void mark_withheld(ObjectHeap& heap);

  // Frees the objects of all kept chains.
  void free_kept_chains(ObjectHeap& heap);
  std::uint32_t chained_count() const { return chained_.load(std::memory_order_relaxed); }

  // Makes every span wait to be swept. No other thread may use the heap, and no cache may hold a
  // span.
  void begin_sweep();
  // Sweeps `span` if it waits to be swept. Returns whether its object is alive.
  bool sweep_for(ObjectHeap& heap, Span* span, std::uint64_t index);
  // Sweeps one span. Returns false if all are swept.
  bool sweep_one(ObjectHeap& heap);

  // Makes frees in the span take the slow path from now on: its page records become empty, and stay
  // so when a cache takes the span. For an object that has got a special record.
  void free_slowly(ObjectHeap& heap, Span* span);
  // Returns the span's table of tiny blocks, and makes it first if need be. Null: no memory.
  TinyBlock* tiny_blocks(ObjectHeap& heap, Span* span);

  // Guards the lists, the holder of each span, and the objects that wait in held spans.
  Mutex& lock() { return lock_; }

  // --- Statistics. ---

  // The number of spans in use. Under the page heap's lock, the sum over all classes is at most
  // what the page heap has.
  std::uint64_t span_count() const { return spans_.load(std::memory_order_relaxed); }
  // Counts the objects that sweeping freed, and their bytes.
  std::uint64_t swept_frees(ObjectHeap& heap, std::uint64_t* bytes);

  // Whether the span waits to be swept. Call it under the lock, or while no other thread uses the
  // heap.
  bool is_unswept(const Span& span) const {
    // The holder of a span may move it from list to list at any time.
    return span.holder.load(std::memory_order_relaxed) == nullptr && span.list == &unswept_;
  }

  // --- For checks, while no other thread uses the heap. ---

  // Whether the span is on the right list.
  bool is_listed(const Span& span) const {
    const List<Span>& belongs = span.taken_count == span.object_count ? full_ : partial_;
    return is_unswept(span) || (span.taken_count != 0 && span.list == &belongs);
  }

 private:
  unsigned span_class(const ObjectHeap& heap) const { return heap.centrals.span_class_of(*this); }
  Span* find_free(ObjectHeap& heap, List<Span>& empties);
  FreeObject* take_shared_of(ObjectHeap& heap, Span* span);
  static void hold(ObjectHeap& heap, Span* span, const Holder& holder);
  // Makes a span, just allocated, a span of this class.
  void begin(ObjectHeap& heap, Span& span);
  static void end_hold(Span* span, HeldSpans& held);
  static std::uint32_t free_waiting(ObjectHeap& heap, Span& span);
  std::uint32_t collect(ObjectHeap& heap, HeldSpans& held, List<Span>& empties);
  void sweep(ObjectHeap& heap, Span* span);
  // Moves a span that nobody holds to the list where it belongs now, or to `empties` if it is
  // empty.
  void place(Span* span, List<Span>& empties);
  bool is_good(ObjectHeap& heap, const FreeObject* object, Span* span, List<Span>& empties);
  bool free_one(ObjectHeap& heap, Span& span, FreeObject* object, Address address,
                List<Span>& empties);
  std::uint64_t release_own_pages(ObjectHeap& heap);
  static bool regain_withheld(ObjectHeap& heap);
  bool take_free_pages(ObjectHeap& heap, FreePages& pages);
  void give_free_pages(ObjectHeap& heap, const FreePages& pages);
  void forget(ObjectHeap& heap, const List<Span>& empties);
  void free_empties(ObjectHeap& heap, List<Span>& empties);

  Mutex lock_;
  List<Span> partial_;
  List<Span> full_;
  List<Span> unswept_;
  std::array<Chain, policy::kMostBatchesPassedOn> chains_{};
  std::size_t chains_kept_ = 0;
  std::atomic<std::uint32_t> chained_{0};  // objects in chains
  std::atomic<std::size_t> spans_{0};
  std::uint64_t swept_frees_ = 0;
  std::uint64_t swept_bytes_ = 0;
};

}  // namespace Atoll::objects
