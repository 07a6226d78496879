#include "src/pages/arena_map.h"

#include <limits>
#include <new>

#include "os/base/bits.h"
#include "src/policy.h"

namespace Atoll::pages {
namespace {

constexpr std::uint64_t kCacheLine = 64;
// The page size of most hardware. The part of a larger record that is used first should lie on one
// page.
constexpr std::uint64_t kPage = 4096;

constexpr std::uint64_t alignment_of(std::uint64_t size) {
  return size >= kPage ? kPage : kCacheLine;
}

}  // namespace

bool ArenaMap::init(const Platform& platform, PersistentAlloc& memory, LinearAlloc& metadata,
                    MemoryCounters* counters, const Options& options) {
  clear();
  platform_ = &platform;
  memory_ = &memory;
  metadata_ = &metadata;
  counters_ = counters;
  const port::PortSpec& spec = platform.spec;
  is_sparing_ = options.is_sparing;
  if (platform.machine.lazy_commit) record_window_ = options.record_window;
  geometry_ = &memory.geometry();
  has_bit_groups_ = takes_parts(spec, *geometry_);
  l2_bits_ = spec.arena_l2_bits;
  if (is_sparing_ && spec.arena_l1_bits == 0)
    l2_bits_ = std::min(l2_bits_, geometry_->most_l2_bits);
  if (l2_bits_ == spec.arena_bits) {
    tables_ = &only_table_;
  } else {
    tables_ = memory.alloc_array<std::atomic<Slot*>>(
        std::uint64_t{1} << (spec.arena_bits - l2_bits_), MemoryKind::kGc);
    if (tables_ == nullptr) return false;
  }
  lowest_ = spec.arena_base(0);
  log_arena_bytes_ = spec.log_heap_arena_bytes;
  pages_per_arena_ = spec.pages_per_arena;
  num_arenas_ = spec.num_arenas();
  stand_ins_.init(memory, pages_per_arena_);
  return true;
}

void ArenaMap::clear() {
  if (counters_ != nullptr) counters_->remove(MemoryKind::kGc, counted_);
  num_arenas_ = 0;
  tables_ = nullptr;
  only_table_.store(nullptr, std::memory_order_relaxed);
  counters_ = nullptr;
  counted_ = 0;
  spare_metadata_ = nullptr;
  is_sparing_ = has_bit_groups_ = false;
  record_window_ = 0;
  window_count_.store(0, std::memory_order_relaxed);
  windows_ = {};
  stand_ins_.clear();
}

// --- Growth. ---

bool ArenaMap::add(Range region) {
  const std::uint64_t arena_bytes = platform_->spec.heap_arena_bytes;
  const Address first = region.base.aligned_down(arena_bytes);
  const std::uint64_t bytes = region.end() - first;
  const bool are_many =
      geometry_->shares_records_of_arenas && bytes >= policy::kLeastAlike * arena_bytes;
  for (std::uint64_t done = 0; done < bytes; done += arena_bytes) {
    const Address base = first + done;
    Slot* const place = make_slot(base);
    if (place == nullptr) return false;
    if (place->load(std::memory_order_relaxed) != nullptr) continue;
    Arena* arena = are_many ? share_arena(region, base) : nullptr;
    if (arena == nullptr) arena = make_arena();
    if (arena == nullptr) return false;
    place->store(arena, std::memory_order_release);
  }
  if (record_window_ != 0) make_window({first, bytes});
  return true;
}

// Makes the first window, or a larger one if `region` lies past the end of the newest, up to the
// limits. The caller holds the heap's lock, and nobody has an object in `region` yet. Old records
// need no copy, since an empty record is always correct, and copying them would race with threads
// that write them.
void ArenaMap::make_window(Range region) {
  constexpr auto kPages =
      (std::uint64_t{std::numeric_limits<std::uintptr_t>::max()} >> port::kPageShift) + 1;
  const std::uint32_t made = window_count_.load(std::memory_order_relaxed);
  const bool is_first = made == 0;
  if (made == policy::kMostWindows || (!is_first && !is_sparing_)) return;
  const std::uint64_t base = region.base.value() >> port::kPageShift;
  const std::uint64_t first = is_first ? base : windows_[0].first_page;
  if (first >= kPages) return;  // simulated: no pointer of this process leads there
  const std::uint64_t most = std::min(record_window_ >> port::kPageShift, kPages - first);
  std::uint64_t count = most;
  if (is_sparing_) {
    if (base < first || base - first >= most) return;
    const std::uint64_t there = window().page_count;
    const std::uint64_t needed = base - first + (region.size >> port::kPageShift);
    if (needed <= there || there == most) return;
    count =
        is_first ? policy::kFirstWindowArenas * pages_per_arena_ : there * policy::kWindowGrowth;
    while (count < needed && count < most) count *= policy::kWindowGrowth;
    count = std::min(count, most);
  }
  auto* const records = memory_->alloc_array<std::atomic<PageRecord>>(count, MemoryKind::kGc);
  if (records == nullptr) {
    if (is_first && !is_sparing_) record_window_ = 0;
    return;
  }
  windows_[made] = {static_cast<std::uintptr_t>(first), static_cast<std::uintptr_t>(count),
                    records};
  window_count_.store(made + 1, std::memory_order_release);
}

bool ArenaMap::make_bits(Address base) {
  if (!has_bit_groups_) return true;
  std::byte*& group = arena(base)->bit_groups[page_index(base) >> geometry_->log_bit_group_pages];
  if (group == nullptr) {
    const std::uint64_t size = std::uint64_t{2} * kBitmapBytes << geometry_->log_bit_group_pages;
    group = static_cast<std::byte*>(memory_->alloc(size, alignment_of(size), MemoryKind::kGc));
  }
  return group != nullptr;
}

ArenaMap::Slot* ArenaMap::make_slot(Address address) {
  const std::uint64_t index = (address.value() - lowest_) >> log_arena_bytes_;
  std::atomic<Slot*>& table = tables_[index >> l2_bits_];
  if (table.load(std::memory_order_relaxed) == nullptr) {
    Slot* const made =
        static_cast<Slot*>(memory_->alloc(sizeof(Slot) << l2_bits_, kCacheLine, MemoryKind::kGc));
    if (made == nullptr) return nullptr;
    table.store(made, std::memory_order_release);
  }
  return slot(address);
}

// The arrays and bitmaps begin as zeroed memory, which is their empty state. Writing them would
// make the system provide memory for all of it at once.
Arena* ArenaMap::make_arena() {
  const std::uint64_t pages = pages_per_arena_;
  if (!has_bit_groups_) {
    if (spare_metadata_ == nullptr) spare_metadata_ = alloc_metadata();
    if (spare_metadata_ == nullptr) return nullptr;
  }
  const std::uint64_t bits = Arena::bitmap_bytes(pages);
  const std::uint64_t groups =
      has_bit_groups_ ? (pages >> geometry_->log_bit_group_pages) * sizeof(std::byte*) : 0;
  const std::uint64_t before = round_up(2 * bits + groups, kCacheLine);
  const std::uint64_t records = before + sizeof(Arena) + pages * sizeof(PageRecord);
  const std::uint64_t spans = round_up(records, kCacheLine);
  const std::uint64_t size = has_bit_groups_ ? spans + pages * sizeof(Span*) : records;
  auto* const memory =
      static_cast<std::byte*>(memory_->alloc(size, alignment_of(size), MemoryKind::kGc));
  if (memory == nullptr) return nullptr;

  auto* const arena = new (memory + before) Arena{};
  arena->ready = reinterpret_cast<std::uint64_t*>(memory);
  arena->dirty = reinterpret_cast<std::uint64_t*>(memory + bits);
  if (has_bit_groups_) {
    arena->flags = Arena::flags_of(geometry_->log_bit_group_pages);
    arena->bit_groups = reinterpret_cast<std::byte**>(memory + 2 * bits);
    arena->spans = reinterpret_cast<std::atomic<Span*>*>(memory + spans);
  } else {
    std::byte* const metadata = spare_metadata_;
    spare_metadata_ = nullptr;
    arena->alloc_bits = reinterpret_cast<std::atomic<BitWord>*>(metadata);
    arena->mark_bits = reinterpret_cast<std::atomic<BitWord>*>(metadata + pages * kBitmapBytes);
    arena->spans = reinterpret_cast<std::atomic<Span*>*>(metadata + 2 * pages * kBitmapBytes);
  }
  return arena;
}

// The size that Go uses, or this implementation's if that is larger.
std::uint64_t ArenaMap::metadata_bytes() const {
  return std::max(platform_->spec.heap_arena_metadata_bytes,
                  pages_per_arena_ * (2 * kBitmapBytes + sizeof(Span*)));
}

[[gnu::cold]] std::byte* ArenaMap::alloc_metadata() {
  const std::uint64_t bytes = metadata_bytes();
  const os::Allocation piece =
      metadata_->alloc(platform_->os, platform_->machine.page_size, bytes, kCacheLine);
  if (!piece.ok()) {
    return static_cast<std::byte*>(memory_->alloc(bytes, kCacheLine, MemoryKind::kGc));
  }
  if (counters_ != nullptr) {
    counters_->add(MemoryKind::kGc, bytes);
    counted_ += bytes;
  }
  return platform_->pointer_to<std::byte>(piece.base);
}

// --- Lookups. ---

const std::atomic<Arena*>* ArenaMap::fast_table() const {
  if (tables_ == nullptr) return nullptr;
  if (tables_ == &only_table_) return only_table_.load(std::memory_order_acquire);
  if (!has_small_tables()) return reinterpret_cast<const Slot*>(tables_);
  const std::uint64_t zero = platform_->spec.arena_index(0);
  return zero < num_arenas_ ? tables_[zero >> l2_bits_].load(std::memory_order_acquire) : nullptr;
}

std::uint64_t ArenaMap::fast_offset() const {
  const port::PortSpec& spec = platform_->spec;
  if (spec.arena_l1_bits != 0) return 0;
  return spec.arena_index(0) & ((std::uint64_t{1} << l2_bits_) - 1);
}

std::uint64_t ArenaMap::fast_arenas() const {
  const std::uint64_t zero = platform_->spec.arena_index(0);
  if (!has_small_tables()) return num_arenas_ - zero;
  return zero < num_arenas_ ? (std::uint64_t{1} << l2_bits_) - fast_offset() : 0;
}

// --- Changes. ---

void ArenaMap::set_spans(Range pages, Span* span) {
  for_each_arena(pages,
                 [=, this](Arena& arena, std::uint64_t first, std::uint64_t count, Address base) {
                   if (arena.stands_in()) {
                     put_stand_in(base, span);
                     return;
                   }
                   std::atomic<Span*>* const begin = arena.spans + first;
                   std::atomic<Span*>* const end = begin + count;
                   for (std::atomic<Span*>* p = begin; p != end; ++p)
                     p->store(span, std::memory_order_release);
                 });
}

void ArenaMap::set_ends(Span* span) {
  set_spans({span->base, port::kPageSize}, span);
  set_spans({span->range().end() - port::kPageSize, port::kPageSize}, span);
}

void ArenaMap::set_records(Range pages, PageRecord record) {
  for_each_arena(pages, [record](Arena& arena, std::uint64_t first, std::uint64_t count, Address) {
    if (arena.stands_in()) return;
    for (std::uint64_t i = first; i < first + count; ++i) {
      arena.records()[i].store(record, std::memory_order_relaxed);
    }
  });
  for_each_in_windows(pages, [record](std::uint64_t, std::atomic<PageRecord>& copy) {
    copy.store(record, std::memory_order_relaxed);
  });
}

[[gnu::cold]] bool ArenaMap::windows_agree(Range pages) const {
  bool agree = true;
  for_each_in_windows(pages, [&](std::uint64_t page, const std::atomic<PageRecord>& copy) {
    const Address base(page << port::kPageShift);
    const Arena& home = *arena(base);
    if (home.stands_in()) return;
    const PageRecord record = copy.load(std::memory_order_relaxed);
    const auto& original = home.records()[page_index(base)];
    agree = agree && (record.is_empty() || record == original.load(std::memory_order_relaxed));
  });
  return agree;
}

}  // namespace Atoll::pages
