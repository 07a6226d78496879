// The cache of free objects of one thread: with it, most calls touch no shared memory.
//
// The cache has a list of free objects for each span class. An allocation takes the first object of
// a list, and a free puts one back in front; neither looks at a span or its bits. This class has
// that fast path, and moves objects between its pieces when a list is empty or too long. The pieces
// know nothing of each other:
//
//   FreeLists      the lists, and how long each is and may be       free_lists.h
//   SpanCache      the spans that the cache holds, and its stock    span_cache.h
//   TransferBatch  freed objects of spans that others hold          transfer_batch.h
//   TinyAllocator  the block that tiny objects share                tiny_allocator.h
//   OwnLarge       freed large objects that no other thread takes   own_large.h
//   LargeCache     freed large objects that any thread may take     large_cache.h
//
// A freed object goes on the list only if this cache was the last to hold its span: the record of
// the object's page has the cache's number. The cache gathers other objects in a transfer batch for
// each class. If another cache holds their span, a full batch waits as a chain at the central list
// for any cache that needs objects; if enough chains wait there, the objects go to the holders of
// their spans (held_spans.h). If nobody holds their span, this cache holds it from now on. So
// objects that lie side by side stay with one thread. Correctness does not depend on this: any free
// object may be on any list, so a record may have the number of a cache that is gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/base/mutex.h"
#include "src/objects/by_span_class.h"
#include "src/objects/class_cache.h"
#include "src/objects/free_lists.h"
#include "src/objects/large_cache.h"
#include "src/objects/object_heap.h"
#include "src/objects/own_large.h"
#include "src/objects/sampling.h"
#include "src/objects/size_table.h"
#include "src/objects/span_cache.h"
#include "src/objects/tiny_allocator.h"
#include "src/pages/arena_map.h"
#include "src/pages/page_record.h"

namespace Atoll::objects {

// Numbers of objects that a cache or a heap has handed out and taken back, by span class.
struct ObjectCounts {
  std::array<std::uint64_t, kMaxSpanClasses> allocated{};
  std::array<std::uint64_t, kMaxSpanClasses> freed{};
  std::array<std::uint64_t, kMaxSpanClasses> places{};  // of a heap: in spans of small objects
  std::uint64_t cached = 0;  // free objects on lists, in batches, and taken from held spans
  std::uint64_t tiny_allocated = 0;
  std::uint64_t large_cached = 0;  // of a heap: bytes of large objects in caches
  LargeCounts large;
};

// A page's record has room for the offset of any list.
static_assert(list_offset(kLists) <= pages::WhoseList::kMostOffset);

// Used only by its own thread, except for the functions below that any thread may call.
class Cache {
 public:
  constexpr Cache() = default;

  // --- The fast path. ---

  FreeList& list_at(std::size_t offset) {
    return *reinterpret_cast<FreeList*>(reinterpret_cast<char*>(this) + offset);
  }

  // Whether the heap's window has the page of `p`, any pointer.
  bool is_in_window(const void* p) const { return page_in_window(p) < window_.page_count; }
  // These return the record of that page, and what it tells this cache: the list for `p`, and
  // whether this cache may use it. Precondition: is_in_window(p).
  pages::PageRecord record_in_window(const void* p) const {
    return window_.records[page_in_window(p)].load(std::memory_order_relaxed);
  }
  pages::WhoseList list_in_window(const void* p) const {
    return record_in_window(p).for_cache(number_);
  }

  // The same for any pointer, in all arenas. The arenas are those of `kPort`, whatever port the
  // heap is for: see refresh_lookup().
  template <const port::PortSpec& kPort>
  pages::WhoseList list_for(const void* p) const {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    const pages::Arena* const arena = find_arena<kPort>(address);
    if (arena == nullptr) return {};
    const pages::PageRecord record =
        arena->records()[page_in_arena<kPort>(address)].load(std::memory_order_relaxed);
    return record.for_cache(number_);
  }

  // Takes a large object without pointers, of exactly `npages`, that the cache kept when it was
  // freed. Returns null if there is none.
  Span* take_large(std::uint64_t npages) {
    if (OwnLarge::fits(npages)) {
      if (Span* const span = own_large_.take(npages); span != nullptr) {
        large_.note_allocated(npages);
        return span;
      }
    }
    return large_.take(npages);
  }

  // These keep the large object at `p`, any pointer, and return false if the caller must go on:
  // from the first, for a page whose record names a place of this cache, to the second, and from
  // that one to free().
  bool keep_own_large(unsigned place, Address p) {
    if (large_.is_count_due() || !own_large_.put(place, p)) return false;
    large_.note_freed(place + 1);
    return true;
  }
  template <const port::PortSpec& kPort>
  bool keep_large(ObjectHeap& heap, const void* p) {
    if (!keeps_large_) return false;
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    const pages::Arena* const arena = find_arena<kPort>(address);
    if (arena == nullptr) return false;
    const std::uintptr_t page = page_in_arena<kPort>(address);
    Span* const span = arena->spans[page].load(std::memory_order_acquire);
    if (span == nullptr || span->base != Address::of(p)) return false;
    if (!OwnLarge::fits(span->npages)) return keep_large(heap, span);
    const pages::PageRecord record = arena->records()[page].load(std::memory_order_relaxed);
    return keep_short_large(heap, span, record.for_cache(number_).is_my_large());
  }

  // --- The slow paths. ---

  // The cache is careful if `heap` is. `classes` has one zeroed element for each span class; it and
  // `lock` must outlive the cache.
  void init(ObjectHeap& heap, ClassCache* classes, Mutex& lock, pages::CacheNumber number,
            std::uint64_t seed);

  // Allocates an object of a small class. Null: no memory.
  void* allocate(ObjectHeap& heap, unsigned span_class);
  void* allocate_tiny(ObjectHeap& heap, std::size_t size);
  void* allocate_large(ObjectHeap& heap, std::size_t size, std::size_t alignment, Scan scan,
                       bool* needs_zero);

  // Resizes a large object in place. Returns false if that is not possible.
  bool resize_large(ObjectHeap& heap, Span* span, std::uint64_t npages);

  // For a result of the functions above that names another cache: adds `p` to the transfer batch of
  // its class. Returns false if the caller must call free() instead.
  bool gather(ObjectHeap& heap, pages::WhoseList whose, void* p);
  // For a list whose push() returned false. This and gather() enter the heap (heap/entry.h)
  // only when they take more than this cache's lock, which is rare.
  void overflow(ObjectHeap& heap, std::size_t offset);
  // Does everything that a fast free does not, with all checks.
  void free(ObjectHeap& heap, void* p);

  // Reports every list's first object that was freed twice in a row.
  void check_lists(ObjectHeap& heap);

  // Gives everything back. The cache stays usable.
  void flush(ObjectHeap& heap);

  // Zeroes what the cache used of init()'s `classes`. Precondition: the cache was just flushed, and
  // nobody will count its objects again.
  void clear_classes();

  bool holds_by(const HeldSpans* held) const {
    return held >= &classes_.begin()->held && held < &classes_.end()->held;
  }

  // For a cache whose thread ended without flush(): returns its share of long lists to the other
  // caches.
  void forget_limits(ObjectHeap& heap) { lists_.forget_limits(heap); }
  // For the same cache: forgets the free objects on its lists, because the lists may be half
  // changed. They count as objects in use from now on, so that sweeping can find that they are not.
  void forget_lists();
  // For the cache's own thread, or any if that one is gone: gives back all freed large objects.
  void give_back_all_large(ObjectHeap& heap, Surplus& surplus);

  // The lists of a careful cache stay empty: it takes objects from spans one by one, and frees them
  // at once. Caches are careful while the heap marks, samples, or checks every free. Precondition:
  // the cache was just flushed.
  void set_careful(bool is_careful);
  // Sets a new number, so that frees no longer trust records that have the old one.
  void set_number(pages::CacheNumber number);

  // Lets list_for() find arenas once there are any, if the heap's port divides the address space as
  // `port` does.
  void refresh_lookup(ObjectHeap& heap, const port::PortSpec& port);

  // --- For any thread, under the lock, whatever the cache's own thread does meanwhile. ---

  Mutex& lock() { return *lock_; }

  // These give back the stock and held spans: the spans with free objects, including those that
  // others freed there, or all spans of a class.
  void give_back_free(ObjectHeap& heap, Surplus& surplus) { spans_.give_back_free(heap, surplus); }
  void give_back_stock(Surplus& surplus) { (void)spans_.give_back_stock(surplus); }
  // Gives back the freed large objects that any thread may take. Needs no lock.
  void give_back_large(ObjectHeap& heap, Surplus& surplus);
  bool holds_spans(unsigned span_class) const { return classes_[span_class].held.count != 0; }
  void give_back_held(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
    spans_.give_back_all(heap, span_class, surplus);
  }

  // --- Statistics, also for any thread under the lock. ---

  // Under the page heap's lock instead.
  std::uint64_t cached_large_bytes() const {
    return own_large_.cached_bytes() + large_.cached_bytes();
  }
  void add_freed(ObjectCounts& counts) const;
  void add_allocated(ObjectCounts& counts) const;

  std::int64_t next_sample() const { return next_sample_; }
  // Returns the number of free objects whose bits are set. No other thread may use the heap.
  std::uint64_t cached_count(unsigned span_class) const;

 private:
  std::uintptr_t page_in_window(const void* p) const {
    return (reinterpret_cast<std::uintptr_t>(p) >> port::kPageShift) - window_.first_page;
  }
  template <const port::PortSpec& kPort>
  static std::uintptr_t page_in_arena(std::uintptr_t address) {
    return static_cast<std::uintptr_t>(address / port::kPageSize % kPort.pages_per_arena);
  }
  template <const port::PortSpec& kPort>
  const pages::Arena* find_arena(std::uintptr_t address) const {
    const std::uintptr_t index = address >> kPort.log_heap_arena_bytes;
    if (index >= arena_limit_) return nullptr;
    // Whoever passed on a pointer to an object ordered memory more strictly than this load needs.
    constexpr auto kOrder = std::memory_order_relaxed;
    if constexpr (kPort.arena_l1_bits == 0) {
      return reinterpret_cast<const std::atomic<pages::Arena*>*>(arena_table_)[index].load(kOrder);
    } else {
      using Table = std::atomic<pages::Arena*>;
      const std::uintptr_t i = index + static_cast<std::uintptr_t>(kPort.arena_index(0));
      const Table* const table =
          reinterpret_cast<const std::atomic<const Table*>*>(arena_table_)[i >> kPort.arena_l2_bits]
              .load(kOrder);
      if (table == nullptr) return nullptr;
      return table[i % (std::uintptr_t{1} << kPort.arena_l2_bits)].load(kOrder);
    }
  }

  void* allocate_carefully(ObjectHeap& heap, unsigned span_class);
  void sample(ObjectHeap& heap, void* object, std::uint64_t size) {
    if (heap.options.profile_rate != 0) [[unlikely]]
      count_for_sample(heap, object, size);
  }
  void count_for_sample(ObjectHeap& heap, void* object, std::uint64_t size);
  void update_number();

  // --- The caller holds no lock. ---

  // From spans and the central list to a list.
  bool refill(ObjectHeap& heap, unsigned span_class);
  bool refill_with_one(ObjectHeap& heap, unsigned span_class);
  bool hold_another(ObjectHeap& heap, unsigned span_class);
  Span* new_span(ObjectHeap& heap, std::uint64_t npages, std::uint64_t alignment = 0);
  Span* new_span_of_kept(ObjectHeap& heap, std::uint64_t npages, std::uint64_t alignment);
  void give_back_before_ask(ObjectHeap& heap, std::uint64_t npages);
  Span* take_stock(ObjectHeap& heap, std::uint64_t npages);
  bool give_back_own_stock(ObjectHeap& heap);

  // From a list to spans.
  void count(ObjectHeap& heap, unsigned list);
  void finish_overflow(ObjectHeap& heap, unsigned list);
  void lengthen(ObjectHeap& heap, unsigned list);
  std::int32_t shorten(ObjectHeap& heap, unsigned list, std::int32_t needed, std::int32_t most);
  bool shorten_lists(ObjectHeap& heap);
  void look_at_lists(ObjectHeap& heap);
  void give(ObjectHeap& heap, unsigned list, std::int32_t count, Others others);
  FreeObject* settle(ObjectHeap& heap, unsigned span_class, Chain chain, Others others);
  void name_double_free(ObjectHeap& heap, unsigned list);
  void uncount_freed(ObjectHeap& heap, unsigned span_class, std::uint32_t count);

  // From the program to a list, to a batch, or straight to the object's span. put_back() puts the
  // object on the list if `is_own`, and adds it to the batch otherwise.
  void put_back(ObjectHeap& heap, unsigned span_class, void* p, bool is_own);
  template <typename Count>
  void free_to_central(ObjectHeap& heap, unsigned span_class, void* p, Count count_freed);
  void free_small(ObjectHeap& heap, unsigned span_class, void* p);
  bool keep_on_trial(ObjectHeap& heap, unsigned list, void* p);
  bool add_to_batch(const ObjectHeap& heap, unsigned span_class, void* p);
  void finish_batch(ObjectHeap& heap, unsigned span_class, Others others);
  bool keep_large(const ObjectHeap& heap, Span* span);
  bool keep_short_large(const ObjectHeap& heap, Span* span, bool has_record);
  bool keep_at_own_place(Span* span);
  void open_own_place(ObjectHeap& heap, Span* span, std::size_t most_pages);
  bool make_room_for_large(ObjectHeap& heap, Span* span);
  Span* take_aligned_large(ObjectHeap& heap, std::uint64_t npages, std::uint64_t alignment);
  void free_large(ObjectHeap& heap, Span* span, void* p);
  void* allocate_block(ObjectHeap& heap, std::size_t size);
  void free_block(ObjectHeap& heap, void* base);
  void free_tiny(ObjectHeap& heap, Span* span, TinyBlock& block, Address base, void* p);
  void close_tiny(ObjectHeap& heap);

  // The first member, at offset 0, because page records have the offset of a class's list.
  FreeLists lists_;

  pages::CacheNumber number_;  // nobody's while careful
  pages::CacheNumber own_number_;
  pages::RecordWindow window_;
  std::uintptr_t arena_limit_ = 0;  // the table has arenas below this index
  std::uintptr_t arena_table_ = 0;  // address of the entry for address 0

  BySpanClass<ClassCache> classes_;
  SpanCache spans_;  // under the lock
  TinyAllocator tiny_;
  OwnLarge own_large_;
  LargeCache large_;  // and the figures of all large objects
  bool is_careful_ = false;
  // Whether it keeps large objects. Not before it has allocated one: a thread that only frees what
  // others allocate would keep them for nobody.
  bool keeps_large_ = false;
  // How often the cache asked the page heap since it last made all caches give large objects back;
  // an ask for many pages counts as several.
  std::uint64_t page_asks_ = 0;
  Random random_;
  std::int64_t next_sample_ = 0;  // bytes to allocate until the next sample
  // Guards the held spans with their bits, the stock, and the figures. It lies beside the locks of
  // other caches, because a fork takes them all and so writes to few pages.
  Mutex* lock_ = nullptr;
  std::uint64_t tiny_allocated_ = 0;
};

}  // namespace Atoll::objects
