// From any address to what the heap knows of it: the arena, the page's record, the span.
//
// The map has two levels, as the port's numbers say (one on most ports): L1 tables of L2 tables of
// pointers to arenas. A sparing heap (sparing.h) has smaller L2 tables, and so always two. Tables
// and arenas are made when the heap grows and never go away before it ends, so all lookups are free
// of locks, and right for any address whatsoever.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "src/base/linear_alloc.h"
#include "src/base/memory_kind.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/pages/arena.h"
#include "src/pages/options.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"
#include "src/pages/sparing.h"
#include "src/pages/stand_ins.h"
#include "src/policy.h"

namespace Atoll::pages {

// The page records of a part of the address space, in one table: a copy of those in the arenas, for
// frees that cannot afford to look for the arena. Pages outside of arenas have empty
// ones, and so may pages whose record was written before there was this window.
struct RecordWindow {
  std::uintptr_t first_page = 0;  // number of the first page: its address / kPageSize
  std::uintptr_t page_count = 0;  // 0: there is no window
  std::atomic<PageRecord>* records = nullptr;
};

class ArenaMap {
  using Slot = std::atomic<Arena*>;  // an L2 table is an array of them

 public:
  constexpr ArenaMap() = default;
  ArenaMap(const ArenaMap&) = delete;
  ArenaMap& operator=(const ArenaMap&) = delete;

  // `metadata` is the reservation of a 32-bit start, tried first for the records of arenas. All
  // must outlive this object. What is taken from it is counted in `counters`, if there are any.
  // False: no memory for the L1 table.
  bool init(const Platform& platform, PersistentAlloc& memory, LinearAlloc& metadata,
            MemoryCounters* counters = nullptr, const Options& options = {});

  // Forgets everything, before the memory goes away. init() may follow.
  void clear();

  // The first arena is the beginning of a window of up to Options::record_window bytes of
  // addresses, if the memory for it can be had; memory that is touched only where there are arenas.
  // In a sparing heap it begins small: where arenas come to lie behind its end, there is a larger
  // one, that begins at the same page. Those before are kept up to date, since threads may still
  // look at them. This is the newest.
  const RecordWindow& window() const {
    const std::size_t count = window_count_.load(std::memory_order_acquire);
    return count == 0 ? kNoWindow : windows_[count - 1];
  }

  // Makes the metadata of every arena that has pages in `region`, for which the map has a place.
  // False: no memory; arenas that were made stay, and the call may be repeated. Under the heap's
  // lock.
  //
  // In a sparing heap many arenas at once get a stand-in (stand_ins.h). Where spans, of whatever
  // state, begin and end, arenas must have metadata of their own, and once they have, they keep it:
  // see own_ends() and what follows it.
  //
  // As the sources do: an L2 table that does not exist yet, then for each arena its metadata, of
  // spec.heap_arena_metadata_bytes or more, counted as gc_sys. Both are PersistentAlloc's, so they
  // are calls of the system of their own where they are 64 KiB or more.
  bool add(Range region);

  bool has_stand_ins() const { return stand_ins_.exist(); }
  // The next three make such metadata, where there are stand-ins. False: no memory, and nothing is
  // different for others.
  //
  // Before `pages` become the heap's.
  bool own_ends(Range pages) { return !has_stand_ins() || own_ends_of(pages); }
  // Before a span is cut at `at`, where it does not end.
  bool prepare_cut(Address at) { return !has_stand_ins() || own_cut(at); }
  // Before `place`, of a free span that has `whole`, becomes a span in use, or a part of one.
  bool prepare(Range whole, Range place) { return !has_stand_ins() || own_place(whole, place); }

  // Before a span begins at `base`: its bits. Does nothing, but in a sparing heap. False: no
  // memory.
  bool make_bits(Address base);

  // Null if the heap has no arena there. Any address will do.
  Arena* arena(Address address) const {
    const Slot* const place = slot(address);
    return place != nullptr ? place->load(std::memory_order_acquire) : nullptr;
  }

  // The span whose page this is, or null. Pages inside of free spans may have a stale span or none:
  // callers look at its state and range. Any address will do.
  Span* span_of(Address address) const {
    const Arena* const found = arena(address);
    if (found == nullptr) return nullptr;
    return found->spans[page_index(address)].load(std::memory_order_acquire);
  }
  // As span_of(), but only a span in use, for objects, that really holds the address.
  Span* object_span_of(Address address) const {
    Span* const span = span_of(address);
    return holds_object(span, address) ? span : nullptr;
  }
  // Whether `span`, or null, is in use for objects and holds the address.
  static bool holds_object(const Span* span, Address address) {
    return span != nullptr && span->state.load(std::memory_order_acquire) == SpanState::kInUse &&
           span->range().contains(address);
  }

  // Arenas that have stand-ins have one of this span from now on. Precondition: prepare() was
  // called.
  void set_spans(Range pages, Span* span);
  // Before `pages` of a span in use become free, which are all of it or what is behind a cut.
  void clear_spans(Span& span, Range pages) {
    if (span.stand_in != nullptr) leave_stand_in(span, pages);
  }
  void set_ends(Span* span);  // of a free span: its first and last page only
  // Of pages that no arena of its own has, the records stay empty.
  void set_records(Range pages, PageRecord record);
  // Of a span in use. Free pages have empty records, and nothing is written where these are
  // already.
  void set_records(Span& span, PageRecord record) {
    if (record.is_empty() && !span.has_records) return;
    span.has_records = !record.is_empty();
    set_records(span.range(), record);
  }

  // Whether what windows have of these pages is what their arenas have, or empty. For checks.
  bool windows_agree(Range pages) const;

  // Within its arena.
  std::uint64_t page_index(Address address) const {
    return (address.value() >> port::kPageShift) & (pages_per_arena_ - 1);
  }

  // Of an arena with a stand-in of free pages: now all its pages have these bits.
  void set_all_bits(Address base, std::uint64_t bits);
  // Whether these pages, all of a span, have the stand-ins they should have. For checks.
  bool stand_ins_are_right(const Span& span);

  // Calls visit(Arena&, std::uint64_t first, std::uint64_t count, Address base) for each arena's
  // part of `pages`, in order: `count` pages from `base` on, which is page `first` of the arena.
  // All these arenas exist. Of one that stands in for others they are all pages, if spans begin and
  // end where `pages` do.
  template <typename Visit>
  void for_each_arena(Range pages, Visit visit) {
    for (std::uint64_t done = 0; done < pages.size;) {
      const Address base = pages.base + done;
      const std::uint64_t first = page_index(base);
      const std::uint64_t count =
          std::min(pages_per_arena_ - first, (pages.size - done) / port::kPageSize);
      visit(*arena(base), first, count, base);
      done += count * port::kPageSize;
    }
  }

  std::uint64_t arena_bytes() const { return pages_per_arena_ * port::kPageSize; }

  // For the fast path of this build's own port, which computes with constants: the L2 table if the
  // port has one level, else the L1 table, whose elements are pointers to L2 tables; null before
  // the first growth. In a sparing heap of such a port the L2 table that has address 0, or null.
  const std::atomic<Arena*>* fast_table() const;
  // How many arenas, from the one of address 0 on, can be looked up there; 0 without a table.
  std::uint64_t fast_arenas() const;
  // Where in fast_table() the arena of address 0 is, if it has arenas.
  std::uint64_t fast_offset() const;

 private:
  Slot* slot(Address address) const {
    const std::uint64_t index = (address.value() - lowest_) >> log_arena_bytes_;
    if (index >= num_arenas_) return nullptr;
    Slot* const table = tables_[index >> l2_bits_].load(std::memory_order_acquire);
    if (table == nullptr) return nullptr;
    return table + (index & ((std::uint64_t{1} << l2_bits_) - 1));
  }
  // Calls visit(page, record) for each page that is in a window, once for each.
  template <typename Visit>
  void for_each_in_windows(Range pages, Visit visit) const {
    const std::uint64_t first = pages.base.value() >> port::kPageShift;
    const std::uint64_t last = first + pages.size / port::kPageSize;
    const std::uint32_t windows = window_count_.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < windows; ++i) {
      const RecordWindow& window = windows_[i];
      const std::uint64_t origin = window.first_page;
      const std::uint64_t end = std::min(last, origin + window.page_count);
      for (std::uint64_t page = std::max(first, origin); page < end; ++page) {
        visit(page, window.records[page - origin]);
      }
    }
  }
  Slot* make_slot(Address address);
  Arena* make_arena();
  Arena* share_arena(Range region, Address base);
  // What the public functions do where there are stand-ins.
  bool own_ends_of(Range pages);
  bool own_cut(Address at);
  bool own_place(Range whole, Range place);
  // Of the arena with this page.
  bool own(Address page);
  bool own(Slot& slot, const Arena& stand_in);
  bool has_stand_ins_in(Range pages) const;
  void put_stand_in(Address base, Span* span);
  void leave_stand_in(Span& span, Range pages);
  void make_window(Range region);
  std::byte* alloc_metadata();
  bool has_small_tables() const { return l2_bits_ != platform_->spec.arena_l2_bits; }
  std::uint64_t metadata_bytes() const;

  // Of the spec, and 0 before init(), so that nothing is found.
  std::uint64_t num_arenas_ = 0;
  std::uint64_t lowest_ = 0;  // address of arena 0
  std::uint64_t pages_per_arena_ = 0;
  unsigned log_arena_bytes_ = 0;
  unsigned l2_bits_ = 0;
  // The L1 table; where the port has one level, its only element is here.
  std::atomic<Slot*>* tables_ = nullptr;
  std::atomic<Slot*> only_table_{nullptr};

  const Platform* platform_ = nullptr;
  PersistentAlloc* memory_ = nullptr;
  LinearAlloc* metadata_ = nullptr;
  MemoryCounters* counters_ = nullptr;
  std::uint64_t counted_ = 0;            // in bytes
  std::byte* spare_metadata_ = nullptr;  // of an arena whose record could not be made

  bool is_sparing_ = false;
  bool has_bit_groups_ = false;
  StandIns stand_ins_;

  static constexpr RecordWindow kNoWindow{};
  std::uint64_t record_window_ = 0;  // 0: there is to be none
  std::array<RecordWindow, policy::kMostWindows> windows_;
  std::atomic<std::uint32_t> window_count_{0};  // the others have no pages
};

// Looks up many addresses, most of which lie in the same arena as the one before.
class ArenaCursor {
 public:
  explicit ArenaCursor(const ArenaMap& map) : map_(map), arena_bytes_(map.arena_bytes()) {}

  // As the functions of ArenaMap.
  Span* object_span_of(Address address) {
    Span* const span = span_of(address);
    return ArenaMap::holds_object(span, address) ? span : nullptr;
  }
  Span* span_of(Address address) {
    if (arena_ == nullptr || address - base_ >= arena_bytes_) {
      arena_ = map_.arena(address);
      if (arena_ == nullptr) return nullptr;
      base_ = address.aligned_down(arena_bytes_);
    }
    return arena_->spans[(address - base_) / port::kPageSize].load(std::memory_order_acquire);
  }

 private:
  const ArenaMap& map_;
  std::uint64_t arena_bytes_;
  const Arena* arena_ = nullptr;
  Address base_;
};

}  // namespace Atoll::pages
