#include "src/pages/arena_map.h"

#include <limits>
#include <new>
#include <utility>

#include "src/base/bits.h"

namespace Atoll::pages {
namespace {

constexpr std::uint64_t kCacheLine = 64;

// Of one bitmap with a bit per page.
constexpr std::uint64_t page_bits_bytes(std::uint64_t pages) { return round_up(pages, 64) / 8; }

}  // namespace

bool ArenaMap::init(const Platform& platform, PersistentAlloc& memory, LinearAlloc& metadata,
                    MemoryCounters* counters) {
  clear();
  platform_ = &platform;
  memory_ = &memory;
  metadata_ = &metadata;
  counters_ = counters;
  const port::PortSpec& spec = platform.spec;
  if (spec.arena_l1_bits == 0) {
    tables_ = &only_table_;
  } else {
    tables_ = memory.alloc_array<std::atomic<Slot*>>(std::uint64_t{1} << spec.arena_l1_bits,
                                                     MemoryKind::kGc);
    if (tables_ == nullptr) return false;
  }
  lowest_ = spec.arena_base(0);
  log_arena_bytes_ = spec.log_heap_arena_bytes;
  pages_per_arena_ = spec.pages_per_arena;
  l2_bits_ = spec.arena_l2_bits;
  num_arenas_ = spec.num_arenas();
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
  window_bytes_ = 0;
  window_ = {};
}

// --- Growth. ---

bool ArenaMap::add(Range region) {
  const std::uint64_t arena_bytes = platform_->spec.heap_arena_bytes;
  for (std::uint64_t done = 0; done < region.size; done += arena_bytes) {
    const Address base = region.base + done;
    Slot* const place = make_slot(base);
    if (place == nullptr) return false;
    if (place->load(std::memory_order_relaxed) != nullptr) continue;
    if (!make_arena(base, *place)) return false;
  }
  if (window_bytes_ != 0) make_window(region.base);
  return true;
}

// Under the heap's lock, before anybody has an object.
void ArenaMap::make_window(Address base) {
  const std::uint64_t bytes = std::exchange(window_bytes_, 0);
  constexpr auto kPages =
      (std::uint64_t{std::numeric_limits<std::uintptr_t>::max()} >> port::kPageShift) + 1;
  const std::uint64_t first = base.value() >> port::kPageShift;
  if (first >= kPages) return;  // simulated: no pointer of this process leads there
  const std::uint64_t count = std::min(bytes >> port::kPageShift, kPages - first);
  auto* const records = memory_->alloc_array<std::atomic<PageRecord>>(count, MemoryKind::kGc);
  if (records == nullptr) return;
  window_ = {static_cast<std::uintptr_t>(first), static_cast<std::uintptr_t>(count), records};
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

// The metadata's arrays and the bitmaps are zeroed memory, which is what empty ones are: writing it
// would make the system find memory for all of it at once.
bool ArenaMap::make_arena(Address base, Slot& slot) {
  const std::uint64_t pages = pages_per_arena_;
  if (spare_metadata_ == nullptr) spare_metadata_ = alloc_metadata();
  if (spare_metadata_ == nullptr) return false;

  const std::uint64_t bits = page_bits_bytes(pages);
  const std::uint64_t before = round_up(2 * bits, kCacheLine);
  const std::uint64_t size = before + sizeof(Arena) + pages * sizeof(PageRecord);
  // Where it is larger than a page of most hardware, what is used of it first lies on one.
  constexpr std::uint64_t kPage = 4096;
  const std::uint64_t alignment = size >= kPage ? kPage : kCacheLine;
  auto* const memory = static_cast<std::byte*>(memory_->alloc(size, alignment, MemoryKind::kGc));
  if (memory == nullptr) return false;

  std::byte* const metadata = spare_metadata_;
  spare_metadata_ = nullptr;
  auto* const arena = new (memory + before) Arena;
  arena->base = base;
  arena->alloc_bits = reinterpret_cast<std::atomic<BitWord>*>(metadata);
  arena->mark_bits = reinterpret_cast<std::atomic<BitWord>*>(metadata + pages * kBitmapBytes);
  arena->spans = reinterpret_cast<std::atomic<Span*>*>(metadata + 2 * pages * kBitmapBytes);
  arena->ready = reinterpret_cast<std::uint64_t*>(memory);
  arena->dirty = reinterpret_cast<std::uint64_t*>(memory + bits);
  slot.store(arena, std::memory_order_release);
  return true;
}

// What the sources take, or what it takes here if that is more.
std::uint64_t ArenaMap::metadata_bytes() const {
  return std::max(platform_->spec.heap_arena_metadata_bytes,
                  pages_per_arena_ * (2 * kBitmapBytes + sizeof(Span*)));
}

std::byte* ArenaMap::alloc_metadata() {
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
  return reinterpret_cast<const Slot*>(tables_);
}

// --- Changes. ---

void ArenaMap::set_spans(Range pages, Span* span) {
  for_each_arena(pages, [span](Arena& arena, std::uint64_t first, std::uint64_t count) {
    std::atomic<Span*>* const begin = arena.spans + first;
    std::atomic<Span*>* const end = begin + count;
    for (std::atomic<Span*>* p = begin; p != end; ++p) p->store(span, std::memory_order_release);
  });
}

void ArenaMap::set_ends(Span* span) {
  set_spans({span->base, port::kPageSize}, span);
  set_spans({span->range().end() - port::kPageSize, port::kPageSize}, span);
}

void ArenaMap::set_records(Range pages, PageRecord record) {
  for_each_arena(pages, [record](Arena& arena, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      arena.records()[i].store(record, std::memory_order_relaxed);
    }
  });
  // The part of it that is in the window.
  const std::uint64_t first = pages.base.value() >> port::kPageShift;
  const std::uint64_t window = window_.first_page;
  const std::uint64_t begin = std::max(first, window);
  const std::uint64_t end =
      std::min(first + pages.size / port::kPageSize, window + window_.page_count);
  for (std::uint64_t page = begin; page < end; ++page) {
    window_.records[page - window].store(record, std::memory_order_relaxed);
  }
}

}  // namespace Atoll::pages
