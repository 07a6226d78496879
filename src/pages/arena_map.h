// Maps any address to its arena, its page's record and its span.
//
// The map has two levels, as the port's numbers say (one on most ports): L1 tables of L2 tables of
// pointers to arenas. A sparing heap (sparing.h) has smaller L2 tables, and so always two levels.
// The map makes tables and arenas when the heap grows and keeps them until the heap ends, so
// lookups take no lock and are correct for any address.
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

// The page records of a part of the address space in one table: a copy of those in the arenas, for
// frees that cannot afford to look up the arena. Pages outside of arenas have empty records, and so
// may pages whose record was written before this window existed.
struct RecordWindow {
  std::uintptr_t first_page = 0;  // number of the first page: its address / kPageSize
  std::uintptr_t page_count = 0;  // 0: there is no window
  std::atomic<PageRecord>* records = nullptr;
};

class ArenaMap {
  using Slot = std::atomic<Arena*>;  // an L2 table is an array of slots

 public:
  constexpr ArenaMap() = default;
  ArenaMap(const ArenaMap&) = delete;
  ArenaMap& operator=(const ArenaMap&) = delete;

  // `metadata` is the reservation of a 32-bit start, which the map tries first for the metadata of
  // arenas. All arguments must outlive this object. The map counts in `counters`, if there are any,
  // what it takes from `metadata`. Returns false if there is no memory for the L1 table.
  bool init(const Platform& platform, PersistentAlloc& memory, LinearAlloc& metadata,
            MemoryCounters* counters = nullptr, const Options& options = {});

  // Forgets everything, before the memory goes away. init() may follow.
  void clear();

  // The newest window. The first window begins at the first arena and covers up to
  // Options::record_window bytes of addresses, if there is memory for it; the heap touches that
  // memory only where there are arenas. In a sparing heap the first window is small. When the heap
  // grows past its end, the map makes a larger window that begins at the same page, and keeps the
  // older ones up to date, since threads may still look at them.
  const RecordWindow& window() const {
    const std::size_t count = window_count_.load(std::memory_order_acquire);
    return count == 0 ? kNoWindow : windows_[count - 1];
  }

  // Makes the metadata of every arena that has pages in `region`, for which the map must have a
  // place. Returns false if there is no memory; the arenas made so far stay, and the caller may
  // repeat the call. Call under the heap's lock.
  //
  // In a sparing heap, many arenas that come at once get a stand-in (stand_ins.h). An arena in
  // which a span begins or ends, whatever its state, must have metadata of its own, and keeps it
  // from then on: see own_ends() and the functions after it.
  //
  // The order is Go's: an L2 table that does not exist yet, then for each arena its metadata, of
  // spec.heap_arena_metadata_bytes or more, counted as gc_sys. Both come from PersistentAlloc, so
  // each one of 64 KiB or more is a system call of its own.
  bool add(Range region);

  bool has_stand_ins() const { return stand_ins_.exist(); }
  // The next three give arenas that have stand-ins metadata of their own where spans need it. They
  // return false if there is no memory, and lookups still find the same then.
  //
  // Call this before `pages` become the heap's.
  bool own_ends(Range pages) { return !has_stand_ins() || own_ends_of(pages); }
  // Call this before a span is cut at `at`, which is not its end.
  bool prepare_cut(Address at) { return !has_stand_ins() || own_cut(at); }
  // Call this before `place`, in a free span that has `whole`, becomes a span in use or a part of
  // one.
  bool prepare(Range whole, Range place) { return !has_stand_ins() || own_place(whole, place); }

  // Makes the bits of the span that will begin at `base`, in a sparing heap; does nothing in
  // others. Returns false if there is no memory.
  bool make_bits(Address base);

  // The arena at any address; null if the heap has none there.
  Arena* arena(Address address) const {
    const Slot* const place = slot(address);
    return place != nullptr ? place->load(std::memory_order_acquire) : nullptr;
  }

  // The span of the page at any address, or null. Pages inside of free spans may have a stale span
  // or none, so callers look at its state and range.
  Span* span_of(Address address) const {
    const Arena* const found = arena(address);
    if (found == nullptr) return nullptr;
    return found->spans[page_index(address)].load(std::memory_order_acquire);
  }
  // Like span_of(), but returns only a span that is in use for objects and really holds the
  // address.
  Span* object_span_of(Address address) const {
    Span* const span = span_of(address);
    return holds_object(span, address) ? span : nullptr;
  }
  // Whether `span`, which may be null, is in use for objects and holds the address.
  static bool holds_object(const Span* span, Address address) {
    return span != nullptr && span->state.load(std::memory_order_acquire) == SpanState::kInUse &&
           span->range().contains(address);
  }

  // Makes `span` the span of these pages; arenas that have a stand-in get that of `span`.
  // Precondition: prepare() was called.
  void set_spans(Range pages, Span* span);
  // Call this before `pages` of a span in use become free. They are all of the span, or what a cut
  // leaves after its end.
  void clear_spans(Span& span, Range pages) {
    if (span.stand_in != nullptr) leave_stand_in(span, pages);
  }
  void set_ends(Span* span);  // for a free span: sets its first and last page only
  // The records of pages whose arena has a stand-in stay empty.
  void set_records(Range pages, PageRecord record);
  // Sets the records of a span in use. Free pages have empty records, and this writes nothing if
  // the span's records are empty already.
  void set_records(Span& span, PageRecord record) {
    if (record.is_empty() && !span.has_records) return;
    span.has_records = !record.is_empty();
    set_records(span.range(), record);
  }

  // Sets only the record of its first page.
  void set_first_record(Span& span, PageRecord record) {
    span.has_records = true;
    set_records({span.base, port::kPageSize}, record);
  }

  // For checks: whether each record of these pages in a window is empty or equals the arena's
  // record.
  bool windows_agree(Range pages) const;

  // The number of the page within its arena.
  std::uint64_t page_index(Address address) const {
    return (address.value() >> port::kPageShift) & (pages_per_arena_ - 1);
  }

  // Sets the bits of all pages of an arena that has a stand-in of free pages.
  void set_all_bits(Address base, std::uint64_t bits);
  // For checks: whether all pages of the span have the metadata or the stand-ins that they should.
  bool stand_ins_are_right(const Span& span);

  // Calls visit(Arena&, std::uint64_t first, std::uint64_t count, Address base) for each arena's
  // part of `pages`, in order: `count` pages from `base` on, which is page `first` of the arena.
  // All these arenas must exist. If spans begin and end where `pages` do, a stand-in is visited
  // only with all pages of an arena.
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
  // port has one level, otherwise the L1 table, whose elements are pointers to L2 tables; null
  // before the first growth. In a sparing heap of a one-level port, the L2 table that has address
  // 0, or null.
  const std::atomic<Arena*>* fast_table() const;
  // How many arenas the fast path can look up there, from the one of address 0 on; 0 without a
  // table.
  std::uint64_t fast_arenas() const;
  // The index in fast_table() of the arena of address 0, if the table has arenas.
  std::uint64_t fast_offset() const;

 private:
  Slot* slot(Address address) const {
    const std::uint64_t index = (address.value() - lowest_) >> log_arena_bytes_;
    if (index >= num_arenas_) return nullptr;
    Slot* const table = tables_[index >> l2_bits_].load(std::memory_order_acquire);
    if (table == nullptr) return nullptr;
    return table + (index & ((std::uint64_t{1} << l2_bits_) - 1));
  }
  // Calls visit(page, record) once for each of the pages in each window.
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
  // The out-of-line parts of the public functions, for heaps with stand-ins.
  bool own_ends_of(Range pages);
  bool own_cut(Address at);
  bool own_place(Range whole, Range place);
  // Gives the arena that has this page metadata of its own.
  bool own(Address page);
  bool own(Slot& slot, const Arena& stand_in);
  bool has_stand_ins_in(Range pages) const;
  void put_stand_in(Address base, Span* span);
  void leave_stand_in(Span& span, Range pages);
  void make_window(Range region);
  std::byte* alloc_metadata();
  bool has_small_tables() const { return l2_bits_ != platform_->spec.arena_l2_bits; }
  std::uint64_t metadata_bytes() const;

  // As in the spec; 0 before init(), so that lookups find nothing.
  std::uint64_t num_arenas_ = 0;
  std::uint64_t lowest_ = 0;  // address of arena 0
  std::uint64_t pages_per_arena_ = 0;
  unsigned log_arena_bytes_ = 0;
  unsigned l2_bits_ = 0;
  // The L1 table. On a port with one level, its only element is `only_table_`.
  std::atomic<Slot*>* tables_ = nullptr;
  std::atomic<Slot*> only_table_{nullptr};

  const Platform* platform_ = nullptr;
  PersistentAlloc* memory_ = nullptr;
  LinearAlloc* metadata_ = nullptr;
  MemoryCounters* counters_ = nullptr;
  std::uint64_t counted_ = 0;            // in bytes
  std::byte* spare_metadata_ = nullptr;  // for an arena whose record the map could not make

  bool is_sparing_ = false;
  bool has_bit_groups_ = false;
  const Geometry* geometry_ = nullptr;
  StandIns stand_ins_;

  static constexpr RecordWindow kNoWindow{};
  std::uint64_t record_window_ = 0;  // 0: the map makes none
  std::array<RecordWindow, policy::kMostWindows> windows_;
  std::atomic<std::uint32_t> window_count_{0};  // windows from this number on have no pages
};

// Looks up many addresses, most of which lie in the same arena as the one before.
class ArenaCursor {
 public:
  explicit ArenaCursor(const ArenaMap& map) : map_(map), arena_bytes_(map.arena_bytes()) {}

  // Like the functions of ArenaMap.
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
