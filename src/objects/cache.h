// What one thread keeps of free objects, so that most calls touch nothing that is shared.
//
// There is a list of free objects for each span class. An allocation takes the first, a free puts
// one back in front; neither looks at a span or its bits. An empty list is filled from the spans
// that the cache holds for that class; one that has grown too long gives objects back to them. A
// cache goes on holding the spans that it has emptied, so that it needs no lock for this either,
// until they are full of free objects (or many are held).
//
// The limit of a list's length is dynamic. Every list may hold a few objects, fewer where there are
// many caches, and none there until its class has been used some times (context.h). It may hold
// many, up to what all threads may keep together, as long as nobody needs the memory: when the
// thread must ask the page heap for a span, its lists first give their many objects back, some at a
// time; and each list gives back what it has not used for a while (cache_lists.cc).
//
// Freed objects come to the list only if this cache was the last to hold their span: the page's
// record has the cache's number. Others are gathered, in a batch for each class. If another cache
// holds their span, the batch waits as a chain at the central list for whoever needs objects, or,
// where enough of these wait, goes to the spans' holders (held_spans.h). If nobody does, this cache
// holds the span from now on. So objects that lie side by side stay with one thread. Nothing
// depends on it: any free object may be on any list, so numbers of caches that are gone do no harm.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "src/base/mutex.h"
#include "src/base/owner_counter.h"
#include "src/objects/by_span_class.h"
#include "src/objects/central.h"
#include "src/objects/context.h"
#include "src/objects/sampling.h"
#include "src/objects/size_table.h"
#include "src/objects/span_stock.h"
#include "src/pages/arena_map.h"
#include "src/pages/page_record.h"

namespace Atoll::objects {

// One cache line holds what a class needs.
struct alignas(kListStride) FreeList {
  FreeObject* head = &end_of_list;
  OwnerCounter allocated;  // objects taken since the list was counted last
  OwnerCounter room;       // counts down with every free; below 0 the list must be looked at
};
static_assert(sizeof(FreeList) == kListStride);

// What is needed of a class only once in a batch.
struct ClassCache {
  HeldSpans held;               // under the cache's lock
  FreeObject* batch = nullptr;  // freed objects of other caches' spans
  OwnerCounter batch_count;
  std::int32_t granted = 0;      // `room` when the list was counted last
  std::int32_t length = 0;       // of the list, then
  std::int32_t limit = 0;        // objects that it may have, or kOnTrial
  std::int16_t first_limit = 0;  // so many at first; what it has beyond that all threads share
  std::int16_t taken = 0;        // objects that spans gave last
  std::uint32_t looked_at = 0;   // of `allocated`, when long lists were looked at last
  std::uint64_t allocated = 0;   // ever, up to then; under the lock
  std::uint64_t freed = 0;

  static constexpr std::int32_t kOnTrial = -1;
};

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

// Spans that a cache does not keep. They go to the page heap, which may ask the system, at the end
// of the scope: when the cache's lock is not held any more, if that was taken in the same scope.
class Surplus {
 public:
  explicit Surplus(Context& context) : context_(context) {}
  ~Surplus() {
    if (!spans.empty()) context_.pages->free(spans);
  }
  Surplus(const Surplus&) = delete;
  Surplus& operator=(const Surplus&) = delete;

  List<Span> spans;

 private:
  Context& context_;
};

// Used by one thread, but for what is said to be under its lock.
class Cache {
 public:
  constexpr Cache() = default;

  // --- The fast path. ---

  FreeList& list_at(std::size_t offset) {
    return *reinterpret_cast<FreeList*>(reinterpret_cast<char*>(this) + offset);
  }

  // Null: the list is empty, or its first object was freed twice in a row; see end_of_list.
  static void* pop(FreeList& list) {
    FreeObject* const object = list.head;
    FreeObject* const next = object->next;
    if (next == object) return nullptr;
    list.head = next;
    list.allocated.increment();
    return object;
  }

  // False: the list must be looked at (overflow()).
  static bool push(FreeList& list, void* p) {
    auto* const object = static_cast<FreeObject*>(p);
    object->next = list.head;
    list.head = object;
    return list.room.decrement() >= 0;
  }

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

  // Careful if `context` is. `classes`, of all span classes, are zero, and outlive the cache.
  void init(Context& context, ClassCache* classes, pages::CacheNumber number, std::uint64_t seed);

  // An object of a small class. Null: no memory.
  void* allocate(Context& context, unsigned span_class);
  void* allocate_tiny(Context& context, std::size_t size);
  void* allocate_large(Context& context, std::size_t size, std::size_t alignment, Scan scan,
                       bool* needs_zero);

  // Makes a large object longer or shorter where it is. False: it cannot be had.
  bool resize_large(Context& context, Span* span, std::uint64_t npages);

  // For what the functions above returned, which is not mine: gathers `p` with what other caches
  // will want back. False: there is more to it than that, and free() is for it.
  bool gather(Context& context, pages::WhoseList whose, void* p);
  // A list that push() wants looked at. Both are inside of the heap only where they take more than
  // this cache's lock, once in a while.
  void overflow(Context& context, std::size_t offset);
  // Anything a fast free does not do, with all checks.
  void free(Context& context, void* p);

  // Reports what was freed twice in a row as the last of its class.
  void check_lists(Context& context);

  // Gives back everything. The cache can be used on.
  void flush(Context& context);

  // Makes what init() was given zero again, as far as it was used. Precondition: just flushed, and
  // counted for the last time.
  void clear_classes();

  bool holds_by(const HeldSpans* held) const {
    return held >= &classes_.begin()->held && held < &classes_.end()->held;
  }

  // For a cache whose thread is gone without flush(): others may have what was granted to it.
  void forget_limits(Context& context);
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
  void refresh_lookup(Context& context, const port::PortSpec& port);

  // --- For any thread, under the lock, whatever the cache's own thread does meanwhile. ---

  Mutex& lock() { return lock_; }

  // Gives back the stock, and spans that are held: those with free objects, what others freed in
  // them included, or all of a class.
  void give_back_free(Context& context, Surplus& surplus);
  void give_back_stock(Surplus& surplus) { (void)stock_.flush(surplus.spans); }
  bool holds_spans(unsigned span_class) const { return classes_[span_class].held.count != 0; }
  void give_back_held(Context& context, unsigned span_class, Surplus& surplus);

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

  void* allocate_carefully(Context& context, unsigned span_class);
  void sample(Context& context, void* object, std::uint64_t size) {
    if (context.options.profile_rate != 0) [[unlikely]]
      count_for_sample(context, object, size);
  }
  void count_for_sample(Context& context, void* object, std::uint64_t size);
  bool refill(Context& context, unsigned span_class);
  std::int16_t next_taken(const Context& context, unsigned span_class) const;
  void name_double_free(Context& context, unsigned list);
  void take_back(Context& context, unsigned span_class, std::uint32_t rejected);
  Holder holder(unsigned span_class) {
    const pages::PageRecord record(own_number_, list_offset(span_class));
    return {classes_[span_class].held, is_careful_ ? pages::PageRecord() : record};
  }

  // --- Under the lock. ---

  Span* span_with_objects(Context& context, unsigned span_class, Surplus& surplus);
  void fill(Context& context, unsigned span_class, Surplus& surplus);
  void* take_carefully(Context& context, unsigned span_class, Surplus& surplus);
  void give_back(Context& context, unsigned span_class, Span* span, Surplus& surplus);
  void collect(Context& context, unsigned span_class, Surplus& surplus);
  bool make_room(Context& context, unsigned span_class, Surplus& surplus);
  void put_in_stock(Context& context, List<Span>& spans, Surplus& surplus);

  // --- Under no lock. ---

  Span* new_span(Context& context, std::uint64_t npages, std::uint64_t alignment = 0);
  Span* take_from_stock(Context& context, std::uint64_t npages);
  bool flush_stock(Context& context);
  bool hold_another(Context& context, unsigned span_class);
  void count(Context& context, unsigned list);
  void count_now(Context& context, unsigned list);
  void grant(const Context& context, unsigned list);
  void give(Context& context, unsigned list, std::int32_t excess);
  void lengthen(Context& context, unsigned list);
  void set_limit(Context& context, unsigned list, std::int32_t limit);
  std::int32_t shorten(Context& context, unsigned list, std::int32_t needed, std::int32_t most);
  bool shorten_lists(Context& context);
  void look_at_lists(Context& context);
  std::int32_t listed_count(unsigned list) const {
    return classes_[list].length + classes_[list].granted - lists_[list].room.read() -
           lists_[list].allocated.read();
  }
  // Objects that were ever taken from the list; the lower half of the number.
  std::uint32_t allocated_count(unsigned list) const {
    return static_cast<std::uint32_t>(classes_[list].allocated) +
           static_cast<std::uint32_t>(lists_[list].allocated.get());
  }
  // Whether the list stays empty for now: context.h.
  bool is_on_trial(unsigned list) const { return classes_[list].limit == ClassCache::kOnTrial; }
  // Under the lock, of a list that has just been counted: it will be again with the next free.
  void grant_nothing(unsigned list) {
    classes_[list].granted = 0;
    lists_[list].room.set(0);
  }
  // Of a list that has just been counted.
  bool is_too_long(unsigned list) const { return classes_[list].length > classes_[list].limit; }
  bool has_long() const { return long_ != decltype(long_){}; }
  // Calls visit(list) for each list that may be long.
  template <typename Visit>
  void for_each_long(Visit visit) const {
    for (std::size_t i = 0; i < long_.size(); ++i) {
      for (std::uint64_t left = long_[i]; left != 0; left &= left - 1) {
        visit(static_cast<unsigned>(i * 64 + static_cast<unsigned>(std::countr_zero(left))));
      }
    }
  }
  // What to do with free objects of spans that others hold.
  enum class Others : std::uint8_t { kSettle, kPassOn };
  FreeObject* settle(Context& context, unsigned span_class, Chain chain, Others others);
  void finish_overflow(Context& context, unsigned list);
  bool add_to_batch(const Context& context, unsigned span_class, void* p);
  void finish_batch(Context& context, unsigned span_class, Others others);
  void free_large(Context& context, Span* span, void* p);
  // `is_own`: it goes on the list; else it waits in the batch.
  void put_back(Context& context, unsigned span_class, void* p, bool is_own);
  void free_tiny(Context& context, Span* span, TinyBlock& block, Address base, void* p);
  void finish_tiny(Context& context, TinyBlock& block, void* base);
  void close_tiny(Context& context);

  // First, at offset 0: page records know where a class's list is.
  std::array<FreeList, kLists> lists_{};

  pages::CacheNumber number_;  // nobody's while careful
  pages::CacheNumber own_number_;
  pages::RecordWindow window_;
  std::uintptr_t arena_limit_ = 0;  // arenas below this index can be looked up in the table
  std::uintptr_t arena_table_ = 0;  // address of the entry for address 0

  BySpanClass<ClassCache> classes_;
  SpanStock stock_;                                                // under the lock
  std::array<std::uint64_t, (kMaxSpanClasses + 63) / 64> long_{};  // a bit for each such list
  unsigned overflows_ = 0;                                         // since lists were looked at,
  std::uint64_t next_look_ = 0;  // which is not done before this time, in nanoseconds
  bool is_careful_ = false;
  Random random_;
  std::int64_t next_sample_ = 0;     // bytes to allocate until the next sample
  void* tiny_ = nullptr;             // the open block ...
  TinyBlock* tiny_block_ = nullptr;  // ... and its word
  unsigned tiny_offset_ = 0;         // of the free bytes in it
  // Of the spans that are held, with their bits, of the stock, and of the figures.
  Mutex lock_;
  std::uint64_t tiny_allocated_ = 0;
  std::uint64_t large_allocated_ = 0;
  std::uint64_t large_freed_ = 0;
  std::uint64_t large_allocated_bytes_ = 0;
  std::uint64_t large_freed_bytes_ = 0;
};

}  // namespace Atoll::objects
