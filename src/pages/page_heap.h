// Pages in, pages out: the heap's pages, in spans, and their way from and to the system.
//
// Free spans are found best fit first, the lowest address among equals. Up to release 1.11 spans of
// fewer than 128 pages wait on lists by size, and larger ones in a treap; from 1.12 all wait in the
// treap. Neighbouring free spans are merged at once. Where a sparing heap ends (sparing.h) is taken
// last.
//
// Go's releases from 1.14 have a bitmap of pages instead, and take the first fit. Here they keep
// the treap. A heap without frees has the same addresses either way, but for two things: Go sets 64
// pages aside for each processor, and where a new region does not follow the last one, Go goes on
// in the old region until it is full, and here in the smaller of the two.
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
  std::uint64_t fresh = 0;     // the part of idle that was never used
  std::uint64_t released = 0;  // the part of idle that was used and went back to the system
  std::uint64_t spans_in_use = 0;       // number of spans, of objects and of stacks
  std::uint64_t span_record_bytes = 0;  // mspan_inuse
};

// Thread safe, but for init() and release_all().
class PageHeap {
 public:
  constexpr PageHeap() = default;
  PageHeap(const PageHeap&) = delete;
  PageHeap& operator=(const PageHeap&) = delete;

  // The order is mheap.init's: first the allocators for treap nodes and for spans (with the
  // callback that records every span, not zeroed); the others are the heap's. All must outlive this
  // object. `counters`, if any, learn of the metadata that is not PersistentAlloc's. False: no
  // memory, and release_all() is due.
  bool init(const Platform& platform, PersistentAlloc& memory, MemoryCounters* counters = nullptr,
            const Options& options = {});

  // Then, where mallocinit does it: the port's arena hints, or the reservations of a 32-bit start.
  void init_arenas() { supply_.start(); }

  const Options& options() const { return options_; }

  // Gives all arenas back. The records are PersistentAlloc's, which ends after this.
  void release_all();

  // A span of `npages` (not 0), kInUse or kManual, every page of it Ready, at a multiple of
  // `alignment` bytes (a power of two; below the page size it means nothing). Fields of objects and
  // stacks are as the last user of the record left them. Null if there is no memory; last_failure()
  // tells why, in Go's words.
  Span* allocate(std::uint64_t npages, PageUse use, std::uint64_t alignment = port::kPageSize);

  // No span is longer.
  std::uint64_t most_pages() const { return platform_->spec.max_alloc / port::kPageSize; }

  // The span's pages are free, and its record may be dead. Page records become empty.
  void free(Span* span);
  // The same for all spans of a list.
  void free(List<Span>& spans);

  // In place: makes a span in use longer, if what follows it is free, or grows the heap to that
  // end; or shorter, freeing what is behind. `npages` differs from span->npages and is not 0.
  // False: it cannot be had, and the span is what it was.
  bool extend(Span* span, std::uint64_t npages);
  bool truncate(Span* span, std::uint64_t npages);

  // Gives pages of free spans back to the system, and tells how many bytes of Ready memory that
  // was: spans that have been free for `age` nanoseconds or longer, or largest spans first until at
  // least `bytes` were given back.
  std::uint64_t scavenge_older_than(std::uint64_t age);
  std::uint64_t scavenge_bytes(std::uint64_t bytes);

  PageStatistics statistics();
  // The same for a caller who holds lock(), and reads more of this moment.
  PageStatistics statistics_locked() const;
  Line last_failure();

  ArenaMap& map() { return map_; }
  // Where the pages that the heap got last end.
  Address end() const { return end_; }
  const ArenaMap& map() const { return map_; }
  const ArenaSpace& arena_space() const { return supply_.space(); }
  Mutex& lock() { return lock_; }

  // Every span ever made, also dead ones; a record's place never changes. Under the lock.
  std::uint64_t span_count() const { return table_.count(); }
  Span* span(std::uint64_t i) const { return table_[i]; }

  // The first violated invariant, or an empty line: sums, bits, coalescing, order of the treap, and
  // the table of spans. Under no lock; takes time proportional to the heap.
  Line check();

 private:
  friend class HeapCheck;

  static bool record_span(void* heap, void* record);

  // All of these under the lock. Those that can fail have changed nothing then, and told why.
  void forget();
  Span* new_span();
  void drop(Span* span);
  void free_locked(Span* span, std::uint64_t now);
  Span* find_best_fit(std::uint64_t npages) const;
  Span* find(std::uint64_t npages, std::uint64_t alignment, Range* place) const;
  Span* carve(Span* span, Range place, SpanState state);
  std::uint64_t missing(std::uint64_t bytes) const;
  bool grow(std::uint64_t bytes);
  // As the map's functions of these names, and tell why not.
  bool prepare(Range whole, Range place);
  bool prepare_cut(Address at);
  bool make_bits(Address base);
  bool hand_out(Range pages, bool* needs_zero);
  bool make_ready(Range pages);
  bool relieve(std::uint64_t pages, std::uint64_t idle_fraction);
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
  FixedAlloc nodes_;  // of the treap
  FixedAlloc spans_;
  SpanTable table_;
  FreeSpans free_;
  PageBits bits_{map_};
  ArenaSupply supply_;
  std::optional<Line> failure_;
  // Pages become Ready and are released by so many bytes: a page of the hardware, or of the heap if
  // that is larger.
  std::uint64_t unit_ = 0;

  Options options_;
  bool is_bounded_ = false;          // so it is to be, and the system takes memory back
  std::uint64_t most_in_use_ = 0;    // pages, ever
  std::uint64_t next_scavenge_ = 0;  // not before that time
  RecentRanges oversize_;

  Address end_;  // of the pages that came last

  std::uint64_t mapped_pages_ = 0;
  std::uint64_t object_pages_ = 0;
  std::uint64_t stack_pages_ = 0;
  std::uint64_t fresh_pages_ = 0;
  std::uint64_t released_pages_ = 0;
  std::uint64_t spans_in_use_ = 0;
};

}  // namespace Atoll::pages
