// What one thread keeps of free objects, so that most calls touch nothing that is shared.
//
// There is a list of free objects for each span class. An allocation takes the first, a free puts
// one back in front; neither looks at a span or its bits. This class has that fast path, and moves
// objects between its pieces when a list is empty or too long. The pieces know nothing of each
// other:
//
//   FreeLists      the lists, and how long each is and may be       free_lists.h
//   SpanCache      the spans that the cache holds, and its stock    span_cache.h
//   TransferBatch  freed objects of spans that others hold          transfer_batch.h
//   TinyAllocator  the block that tiny objects share                tiny_allocator.h
//
// Freed objects come to the list only if this cache was the last to hold their span: the page's
// record has the cache's number. Others are gathered, in a batch for each class. If another cache
// holds their span, the batch waits as a chain at the central list for whoever needs objects, or,
// where enough of these wait, goes to the spans' holders (held_spans.h). If nobody does, this cache
// holds the span from now on. So objects that lie side by side stay with one thread. Nothing
// depends on it: any free object may be on any list, so numbers of caches that are gone do no harm.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/base/mutex.h"
#include "src/objects/by_span_class.h"
#include "src/objects/class_cache.h"
#include "src/objects/free_lists.h"
#include "src/objects/object_heap.h"
#include "src/objects/sampling.h"
#include "src/objects/size_table.h"
#include "src/objects/span_cache.h"
#include "src/objects/tiny_allocator.h"
#include "src/pages/arena_map.h"
#include "src/pages/page_record.h"

namespace Atoll::objects {

// Objects that a cache, or a heap, has handed out and taken back, by span class.
struct ObjectCounts {
  std::array<std::uint64_t, kMaxSpanClasses> allocated{};
  std::array<std::uint64_t, kMaxSpanClasses> freed{};
  std::array<std::uint64_t, kMaxSpanClasses> places{};  // of a heap: in spans of small objects
  std::uint64_t cached = 0;  // free objects on lists, in batches, and taken from held spans
  std::uint64_t tiny_allocated = 0;
  std::uint64_t large_allocated = 0;
  std::uint64_t large_freed = 0;
  std::uint64_t large_allocated_bytes = 0;
  std::uint64_t large_freed_bytes = 0;
};

// A page's record tells where a list is.
static_assert(list_offset(kLists) <= pages::WhoseList::kMostOffset);

// Used by one thread, but for what is said to be under its lock.
class Cache {
 public:
  constexpr Cache() = default;

  // --- The fast path. ---

  FreeList& list_at(std::size_t offset) {
    return *reinterpret_cast<FreeList*>(reinterpret_cast<char*>(this) + offset);
  }

  // Null: the list is empty, or its first object was freed twice in a row; see end_of_list.
  static void* pop(FreeList& list) { return list.pop(); }
  // False: the list must be looked at (overflow()).
  static bool push(FreeList& list, void* p) { return list.push(p); }

  // Which list takes `p`, and whether this cache may. `p` may be anything. Knows the heap's window
  // only.
  pages::WhoseList list_in_window(const void* p) const {
    const std::uintptr_t page =
        (reinterpret_cast<std::uintptr_t>(p) >> port::kPageShift) - window_.first_page;
    if (page >= window_.page_count) [[unlikely]]
      return {};
    return window_.records[page].load(std::memory_order_relaxed).for_cache(number_);
  }

  // The same for all arenas, which are those of `kPort`, whatever port the heap is for: see
  // refresh_lookup().
  template <const port::PortSpec& kPort>
  pages::WhoseList list_for(const void* p) const {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    const pages::Arena* const arena = find_arena<kPort>(address >> kPort.log_heap_arena_bytes);
    if (arena == nullptr) return {};
    const auto page =
        static_cast<std::uintptr_t>(address / port::kPageSize % kPort.pages_per_arena);
    return arena->records()[page].load(std::memory_order_relaxed).for_cache(number_);
  }

  // --- The slower ways. ---

  // Careful if `heap` is. `classes`, of all span classes, are zero; they and `lock` outlive the
  // cache.
  void init(ObjectHeap& heap, ClassCache* classes, Mutex& lock, pages::CacheNumber number,
            std::uint64_t seed);

  // An object of a small class. Null: no memory.
  void* allocate(ObjectHeap& heap, unsigned span_class);
  void* allocate_tiny(ObjectHeap& heap, std::size_t size);
  void* allocate_large(ObjectHeap& heap, std::size_t size, std::size_t alignment, Scan scan,
                       bool* needs_zero);

  // Makes a large object longer or shorter where it is. False: it cannot be had.
  bool resize_large(ObjectHeap& heap, Span* span, std::uint64_t npages);

  // For what the functions above returned, which is not mine: gathers `p` with what other caches
  // will want back. False: there is more to it than that, and free() is for it.
  bool gather(ObjectHeap& heap, pages::WhoseList whose, void* p);
  // A list that push() wants looked at. Both are inside of the heap only where they take more than
  // this cache's lock, once in a while.
  void overflow(ObjectHeap& heap, std::size_t offset);
  // Anything a fast free does not do, with all checks.
  void free(ObjectHeap& heap, void* p);

  // Reports what was freed twice in a row as the last of its class.
  void check_lists(ObjectHeap& heap);

  // Gives back everything. The cache can be used on.
  void flush(ObjectHeap& heap);

  // Makes what init() was given zero again, as far as it was used. Precondition: just flushed, and
  // counted for the last time.
  void clear_classes();

  bool holds_by(const HeldSpans* held) const {
    return held >= &classes_.begin()->held && held < &classes_.end()->held;
  }

  // For a cache whose thread is gone without flush(): others may have what was granted to it.
  void forget_limits(ObjectHeap& heap) { lists_.forget_limits(heap); }
  // The same for the free objects on its lists, which may be half changed: from now on they count
  // as objects in use, so that sweeping may find that they are not.
  void forget_lists();

  // In a careful cache the lists stay empty: objects are taken from the span one by one, and freed
  // ones are settled at once. For marking, sampling, and heaps that check every free.
  // Precondition: just flushed.
  void set_careful(bool is_careful);
  // A new number, so that what the old one was written to is looked at again.
  void set_number(pages::CacheNumber number);

  // Lets list_for() find arenas, once there are any, and if the heap's port divides the address
  // space as `port` does.
  void refresh_lookup(ObjectHeap& heap, const port::PortSpec& port);

  // --- For any thread, under the lock, whatever the cache's own thread does meanwhile. ---

  Mutex& lock() { return *lock_; }

  // Gives back the stock, and spans that are held: those with free objects, what others freed in
  // them included, or all of a class.
  void give_back_free(ObjectHeap& heap, Surplus& surplus) { spans_.give_back_free(heap, surplus); }
  void give_back_stock(Surplus& surplus) { (void)spans_.give_back_stock(surplus); }
  bool holds_spans(unsigned span_class) const { return classes_[span_class].held.count != 0; }
  void give_back_held(ObjectHeap& heap, unsigned span_class, Surplus& surplus) {
    spans_.give_back_all(heap, span_class, surplus);
  }

  // --- Statistics, the same way. ---

  void add_freed(ObjectCounts& counts) const;
  void add_allocated(ObjectCounts& counts) const;

  std::int64_t next_sample() const { return next_sample_; }
  // Objects that are free, but whose bits are set. No other thread may use the heap.
  std::uint64_t cached_count(unsigned span_class) const;

 private:
  template <const port::PortSpec& kPort>
  const pages::Arena* find_arena(std::uintptr_t index) const {
    if (index >= arena_limit_) return nullptr;
    // A pointer to an object was passed on with more order than this needs.
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

  // --- Under no lock. ---

  // From spans and the central list to a list.
  bool refill(ObjectHeap& heap, unsigned span_class);
  bool refill_with_one(ObjectHeap& heap, unsigned span_class);
  bool hold_another(ObjectHeap& heap, unsigned span_class);
  Span* new_span(ObjectHeap& heap, std::uint64_t npages, std::uint64_t alignment = 0);
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

  // From the program to a list, a batch, or nowhere else than its span.
  // `is_own`: it goes on the list; else it waits in the batch.
  void put_back(ObjectHeap& heap, unsigned span_class, void* p, bool is_own);
  void free_one(ObjectHeap& heap, unsigned span_class, void* p);
  bool keep_on_trial(ObjectHeap& heap, unsigned list, void* p);
  bool add_to_batch(const ObjectHeap& heap, unsigned span_class, void* p);
  void finish_batch(ObjectHeap& heap, unsigned span_class, Others others);
  void free_large(ObjectHeap& heap, Span* span, void* p);
  void* allocate_block(ObjectHeap& heap, std::size_t size);
  void free_block(ObjectHeap& heap, void* base);
  void free_tiny(ObjectHeap& heap, Span* span, TinyBlock& block, Address base, void* p);
  void close_tiny(ObjectHeap& heap);

  // First, at offset 0: page records know where a class's list is.
  FreeLists lists_;

  pages::CacheNumber number_;  // nobody's while careful
  pages::CacheNumber own_number_;
  pages::RecordWindow window_;
  std::uintptr_t arena_limit_ = 0;  // arenas below this index can be looked up in the table
  std::uintptr_t arena_table_ = 0;  // address of the entry for address 0

  BySpanClass<ClassCache> classes_;
  SpanCache spans_;  // under the lock
  TinyAllocator tiny_;
  bool is_careful_ = false;
  Random random_;
  std::int64_t next_sample_ = 0;  // bytes to allocate until the next sample
  // Of the spans that are held, with their bits, of the stock, and of the figures.
  // Elsewhere, beside those of other caches: a fork takes them all, and writes to few pages so.
  Mutex* lock_ = nullptr;
  std::uint64_t tiny_allocated_ = 0;
  std::uint64_t large_allocated_ = 0;
  std::uint64_t large_freed_ = 0;
  std::uint64_t large_allocated_bytes_ = 0;
  std::uint64_t large_freed_bytes_ = 0;
};

}  // namespace Atoll::objects
