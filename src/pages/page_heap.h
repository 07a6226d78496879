// The page heap: keeps the heap's pages in spans, and gets them from and returns them to the
// system.
//
// A search takes the best fit, and the lowest address among equals. Up to release 1.11 lists by
// size hold the free spans of fewer than 128 pages, and a treap holds larger ones; from 1.12 the
// treap holds all. The heap merges neighbouring free spans at once. A sparing heap (sparing.h)
// takes the free span at its end last.
//
// Go's releases from 1.14 have a bitmap of pages instead, and take the first fit. This heap keeps
// the treap. A heap without frees has the same addresses either way, with two exceptions: Go sets
// 64 pages aside for each processor; and where a new region does not follow the last one, Go goes
// on in the old region until it is full, while this heap goes on in the smaller of the two.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "src/base/fixed_alloc.h"
#include "src/base/mutex.h"
#include "src/base/platform.h"
#include "src/pages/arena_map.h"
#include "src/pages/arena_space.h"
#include "src/pages/arena_supply.h"
#include "src/pages/free_spans.h"
#include "src/pages/options.h"
#include "src/pages/page_bits.h"
#include "src/pages/recent_ranges.h"
#include "src/pages/span.h"
#include "src/pages/span_table.h"

namespace Atoll::pages {

enum class PageUse : std::uint8_t { kObjects, kStacks };

// In bytes. mapped == objects + stacks + idle at every moment they are read.
struct PageStatistics {
  std::uint64_t mapped = 0;    // address space of arenas that the heap may use: Prepared or Ready
  std::uint64_t objects = 0;   // in spans of objects
  std::uint64_t stacks = 0;    // in spans of stacks
  std::uint64_t idle = 0;      // in free spans
  std::uint64_t fresh = 0;     // the part of `idle` that was never used
  std::uint64_t released = 0;  // the part of `idle` that was used and went back to the system
  std::uint64_t spans_in_use = 0;       // number of spans in use, of objects and of stacks
  std::uint64_t span_record_bytes = 0;  // Go's mspan_inuse
};

// Thread safe, except for init() and release_all().
class PageHeap {
 public:
  constexpr PageHeap() = default;
  PageHeap(const PageHeap&) = delete;
  PageHeap& operator=(const PageHeap&) = delete;

  // Makes the allocators for treap nodes and for spans (with the callback that records every span,
  // not zeroed), in the order of mheap.init; the heap makes the others. All arguments must outlive
  // this object. `counters`, if any, count the metadata that is not PersistentAlloc's. Returns
  // false if there is no memory; the caller must call release_all() then.
  bool init(const Platform& platform, PersistentAlloc& memory, MemoryCounters* counters = nullptr,
            const Options& options = {});

  // Prepares the port's arena hints, or makes the reservations of a 32-bit start. Call it after
  // init(), where mallocinit does this.
  void init_arenas() { supply_.start(); }

  const Options& options() const { return options_; }

  // Gives all arenas back. PersistentAlloc owns the records and must end after this call.
  void release_all();

  // Returns a span of `npages` (not 0) in state kInUse or kManual, with every page Ready, at a
  // multiple of `alignment` bytes (a power of two; one below the page size has no effect). The
  // fields for objects and stacks are as the last user of the record left them. Null if there is no
  // memory; last_failure() tells why, in Go's words.
  Span* allocate(std::uint64_t npages, PageUse use, std::uint64_t alignment = port::kPageSize);

  // The size of the longest possible span.
  std::uint64_t most_pages() const { return platform_->spec.max_alloc / port::kPageSize; }

  // Frees the span's pages and makes their page records empty. The span's record may be dead then.
  void free(Span* span);
  // Frees all spans of a list in the same way.
  void free(List<Span>& spans);

  // Resizes a span in use in place. extend() makes it longer, if free pages follow it or the heap
  // can grow to that end; truncate() makes it shorter and frees the pages after its new end.
  // `npages` differs from span->npages and is not 0. They return false if that is impossible, and
  // the span is unchanged then.
  bool extend(Span* span, std::uint64_t npages);
  bool truncate(Span* span, std::uint64_t npages);

  // Call before all of `from`, in a span in use, is copied to `to`, the first bytes of a new span;
  // both have the same size. With HugePages::kWhereFull the heap asks for huge pages for `to` if it
  // has no memory yet, `from` has memory nearly everywhere, and they are long enough.
  void expect_copy(Range to, Range from);

  // Both give pages of free spans back to the system, and return how many bytes of Ready memory
  // that was: the first takes spans that have been free for `age` nanoseconds or longer, the second
  // takes the largest spans first until it has given back at least `bytes`.
  std::uint64_t scavenge_older_than(std::uint64_t age);
  std::uint64_t scavenge_bytes(std::uint64_t bytes);

  PageStatistics statistics();
  // The same for a caller that holds lock() and reads more values of this moment.
  PageStatistics statistics_locked() const;
  Line last_failure();

  ArenaMap& map() { return map_; }
  // The end of the pages that the heap got last.
  Address end() const { return end_; }
  const ArenaMap& map() const { return map_; }
  const ArenaSpace& arena_space() const { return supply_.space(); }
  Mutex& lock() { return lock_; }

  // Every span ever made, including dead ones. A record never moves. Call under the lock.
  std::uint64_t span_count() const { return table_.count(); }
  Span* span(std::uint64_t i) const { return table_[i]; }

  // The first violated invariant, or an empty line. Checks sums, bits, coalescing, the order of the
  // treap, and the table of spans. The caller holds no lock. Takes time proportional to the heap.
  Line check();

 private:
  friend class HeapCheck;

  static bool record_span(void* heap, void* record);

  // These run under the lock, except in init() and release_all(). One that fails has changed no
  // span and has set failure_.
  void forget();
  Span* new_span();
  bool give_node(Span* span);
  bool stock_records(Range pages);
  void drop(Span* span);
  void free_locked(Span* span, std::uint64_t now);
  Span* find_best_fit(std::uint64_t npages) const;
  Span* find(std::uint64_t npages, std::uint64_t alignment, Range* place) const;
  Span* carve(Span* span, Range place, SpanState state);
  std::uint64_t missing(std::uint64_t bytes) const;
  bool grow(std::uint64_t bytes);
  // Like the map's functions of these names, but they set failure_ if they fail.
  bool prepare(Range whole, Range place);
  bool prepare_cut(Address at);
  bool make_bits(Address base);
  bool hand_out(Range pages, bool* needs_zero);
  bool make_ready(Range pages);
  bool relieve(std::uint64_t pages, std::uint64_t span_bytes);
  void keep_to_bound(Range freed, Range around);
  Range units_in(Range range) const;
  bool is_resident(Range pages) const;
  std::uint64_t release(Range pages);
  std::uint64_t release_largest(std::uint64_t bytes);
  std::uint64_t release_older_than(std::uint64_t age, std::uint64_t now);

  Span* free_span_at(Address base) const;
  Span* free_span_before(Address end) const;
  void add_free(Span* span, Range pages, std::uint64_t since);
  void merge_free(Span* span, Range pages, std::uint64_t since);

  std::uint64_t& pages_of(SpanState state) {
    return state == SpanState::kManual ? stack_pages_ : object_pages_;
  }
  bool fail(std::string_view why);

  Mutex lock_;
  ArenaMap map_;
  const Platform* platform_ = nullptr;
  FixedAlloc nodes_;  // for the treap
  FixedAlloc spans_;
  SpanTable table_;
  FreeSpans free_;
  PageBits bits_{map_};
  ArenaSupply supply_;
  std::optional<Line> failure_;
  // The bytes in whose multiples pages become Ready and are released: a hardware page, or a page of
  // the heap if that is larger.
  std::uint64_t unit_ = 0;

  Options options_;
  bool is_bounded_ = false;          // the option is set, and the system takes memory back
  bool has_bound_ = false;           // and there is an Options::most_kept
  std::uint64_t most_in_use_ = 0;    // the most pages that were ever in use at a time
  std::uint64_t next_scavenge_ = 0;  // the time before which a free looks for no old pages
  RecentRanges oversize_;

  Address end_;  // of the pages that the heap got last

  std::uint64_t mapped_pages_ = 0;
  std::uint64_t object_pages_ = 0;
  std::uint64_t stack_pages_ = 0;
  std::uint64_t fresh_pages_ = 0;
  std::uint64_t released_pages_ = 0;
  std::uint64_t spans_in_use_ = 0;
};

}  // namespace Atoll::pages
