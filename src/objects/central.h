// The spans of one span class that no cache holds: where caches get spans, and where freed objects
// come back to.
//
// A span is on the partial list if it has free objects, and on the full list if it has none. When
// marking ends all go to the unswept list, and to one of the others as they are swept. One that a
// cache holds is on that cache's. Large objects have spans too, of classes 0 and 1, which are
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

// Pages of a span that nobody holds, without an object in use. Who has these has taken all objects
// that lie there.
struct FreePages {
  // One bit for each page of the system's size, from `first` on.
  std::uint64_t mask = 0;
  Span* span = nullptr;
  Address first;
  std::uint64_t page_size = 0;

  // Of an object, the pages that it lies in.
  std::uint64_t pages_of(std::uint64_t index) const;
};

// Thread safe. No call holds this lock while it asks the page heap for something. The caller of a
// function that takes a Holder or a cache's HeldSpans holds the lock of that cache.
class Central {
 public:
  constexpr Central() = default;
  Central(const Central&) = delete;
  Central& operator=(const Central&) = delete;

  // Lets a cache hold a swept span with at least one free object. False: there is none.
  bool take(ObjectHeap& heap, const Holder& holder);
  // The same with a new span, just allocated.
  void add(ObjectHeap& heap, const Holder& holder, Span* span);

  // Takes one object of a span that nobody holds, and that stays so. Null: there is none.
  FreeObject* take_shared(ObjectHeap& heap);
  // The same of a new span, just allocated.
  FreeObject* take_shared(ObjectHeap& heap, Span* span);

  // The other way: the cache does not hold `span` any more. Returns how many objects that others
  // had freed meanwhile turned out to be free already. Here and in what follows, spans that have
  // become empty are added to `empties`, and are the caller's.
  std::uint32_t take_back(ObjectHeap& heap, HeldSpans& held, Span* span, List<Span>& empties);

  // Frees what others have freed in spans that the cache holds. Returns the same as take_back().
  std::uint32_t collect_freed(ObjectHeap& heap, HeldSpans& held, List<Span>& empties);

  // The cache holds `span` from now on, for an object of this class that it frees at `address`, if
  // nobody does and it is worth it.
  bool try_hold(ObjectHeap& heap, Span* span, const Holder& holder, Address address);

  // For a careful cache: take_one() of a span that it holds.
  unsigned take_object(ObjectHeap& heap, Span& span);

  // Makes a span, just allocated, that of a large object, and takes the object.
  void* add_large(ObjectHeap& heap, Span* span);

  // Frees the objects of a chain, which all must be taken and of this class. Those that are not are
  // reported and left alone. Returns how many were freed. An object in a span that a cache holds
  // waits there until that cache collects it.
  std::uint32_t free_chain(ObjectHeap& heap, Chain chain, List<Span>& empties);

  // Keeps a chain for the next cache that needs objects: then nobody looks at their spans and bits.
  // They may be any thread's to give, and any thread's to take. False: as many wait as may,
  // or spans wait to be swept.
  bool keep(ObjectHeap& heap, Chain chain);
  // The chain that was kept last, or none.
  Chain take_chain(ObjectHeap& heap);
  // Gives the system the pages of its own size that lie between objects in use, in spans that
  // nobody holds, and tells how many bytes that was. They stay the spans'. Takes time proportional
  // to the spans that have free objects.
  std::uint64_t release_free_pages(ObjectHeap& heap);

  // Frees the objects of all that are kept.
  void free_kept_chains(ObjectHeap& heap);
  std::uint32_t chained_count() const { return chained_.load(std::memory_order_relaxed); }

  // Every span waits to be swept. No other thread may use the heap, and no cache holds a span.
  void begin_sweep();
  // Sweeps `span` if it waits to be swept, and tells whether its object lives.
  bool sweep_for(ObjectHeap& heap, Span* span, std::uint64_t index);
  // Sweeps one span. False: all are swept.
  bool sweep_one(ObjectHeap& heap);

  // The span's frees take the slow way from now on: its page records become empty, and stay so when
  // a cache takes it. For an object that has got a record.
  void free_slowly(ObjectHeap& heap, Span* span);
  // Its table of tiny blocks, made if it has none yet. Null: no memory.
  TinyBlock* tiny_blocks(ObjectHeap& heap, Span* span);

  // Of what is on its lists, of who holds a span, and of what waits in spans that are held.
  Mutex& lock() { return lock_; }

  // --- Statistics. ---

  // Spans in use. Under the page heap's lock those of all classes are never more than it has.
  std::uint64_t span_count() const { return spans_.load(std::memory_order_relaxed); }
  // Objects that sweeping freed, and their bytes.
  std::uint64_t swept_frees(ObjectHeap& heap, std::uint64_t* bytes);

  // Whether the span waits to be swept. Under the lock, or while no other thread uses the heap.
  bool is_unswept(const Span& span) const {
    // Who holds a span moves it from list to list as it likes.
    return span.holder.load(std::memory_order_relaxed) == nullptr && span.list == &unswept_;
  }

  // --- For checks, while no other thread uses the heap. ---

  // Whether the span is on the list that it belongs to.
  bool is_listed(const Span& span) const {
    const List<Span>& belongs = span.taken_count == span.object_count ? full_ : partial_;
    return is_unswept(span) || (span.taken_count != 0 && span.list == &belongs);
  }

 private:
  unsigned span_class(const ObjectHeap& heap) const { return heap.centrals.span_class_of(*this); }
  Span* find_free(ObjectHeap& heap, List<Span>& empties);
  FreeObject* take_shared_of(ObjectHeap& heap, Span* span);
  static void hold(ObjectHeap& heap, Span* span, const Holder& holder);
  // Makes a span, just allocated, one of this class.
  void begin(ObjectHeap& heap, Span& span);
  static void end_hold(Span* span, HeldSpans& held);
  static std::uint32_t free_waiting(ObjectHeap& heap, Span& span);
  std::uint32_t collect(ObjectHeap& heap, HeldSpans& held, List<Span>& empties);
  void sweep(ObjectHeap& heap, Span* span);
  // Puts a span that nobody holds where it belongs now; an empty one goes to `empties`.
  void place(Span* span, List<Span>& empties);
  bool is_good(ObjectHeap& heap, const FreeObject* object, Span* span, List<Span>& empties);
  bool free_one(ObjectHeap& heap, Span& span, FreeObject* object, Address address,
                List<Span>& empties);
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
