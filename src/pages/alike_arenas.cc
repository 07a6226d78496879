// The parts of ArenaMap and PageBits for arenas whose pages are all alike: see stand_ins.h.
//
// Few programs have such arenas, so this code lies apart: see src/malloc/elf/layout.lds.
#include <cstring>

#include "src/pages/arena_map.h"
#include "src/pages/page_bits.h"

namespace Atoll::pages {

// Returns the stand-in for a new arena that comes with many others, or null if the arena needs
// metadata of its own.
Arena* ArenaMap::share_arena(Range region, Address base) {
  const Range whole{base, arena_bytes()};
  return region.contains(whole) && stand_ins_.begin() ? stand_ins_.of_free(0) : nullptr;
}

bool ArenaMap::own(Address page) {
  Slot& place = *slot(page);
  const Arena& arena = *place.load(std::memory_order_relaxed);
  return !arena.stands_in() || own(place, arena);
}

// Other threads may look at the pages meanwhile: they find in the new metadata what they found in
// the stand-in. This writes only what is not zero.
bool ArenaMap::own(Slot& slot, const Arena& stand_in) {
  Arena* const arena = make_arena();
  if (arena == nullptr) return false;
  const auto bytes = static_cast<std::size_t>(Arena::bitmap_bytes(pages_per_arena_));
  if ((stand_in.flags & Arena::kReady) != 0) std::memset(arena->ready, 0xff, bytes);
  if ((stand_in.flags & Arena::kDirty) != 0) std::memset(arena->dirty, 0xff, bytes);
  Span* const span = stand_in.spans[0].load(std::memory_order_relaxed);
  for (std::uint64_t i = 0; span != nullptr && i < pages_per_arena_; ++i) {
    arena->spans[i].store(span, std::memory_order_relaxed);
  }
  slot.store(arena, std::memory_order_release);
  return true;
}

bool ArenaMap::own_ends_of(Range pages) { return own(pages.base) && own(pages.last()); }

bool ArenaMap::own_cut(Address at) { return own(at - 1) && own(at); }

bool ArenaMap::own_place(Range whole, Range place) {
  if (place.base != whole.base && !own_cut(place.base)) return false;
  if (place.end() != whole.end() && !own_cut(place.end())) return false;
  return !has_stand_ins_in(place) || stand_ins_.stock();
}

// Does not look at the arenas of both ends.
bool ArenaMap::has_stand_ins_in(Range pages) const {
  bool found = false;
  if (pages.size <= arena_bytes()) return found;
  for (Address at = pages.base + arena_bytes(); at < pages.last() && !found;
       at = at + arena_bytes()) {
    found = arena(at)->stands_in();
  }
  return found;
}

void ArenaMap::set_all_bits(Address base, std::uint64_t bits) {
  slot(base)->store(stand_ins_.of_free(bits), std::memory_order_release);
}

void ArenaMap::put_stand_in(Address base, Span* span) {
  if (span->stand_in == nullptr) span->stand_in = stand_ins_.take(span);
  slot(base)->store(span->stand_in, std::memory_order_release);
}

void ArenaMap::leave_stand_in(Span& span, Range pages) {
  for_each_arena(pages, [&](const Arena& arena, std::uint64_t, std::uint64_t, Address base) {
    if (arena.stands_in()) set_all_bits(base, Arena::kReady | Arena::kDirty);
  });
  const bool is_all = pages == span.range();
  if (!is_all && has_stand_ins_in(span.range())) return;
  stand_ins_.give_back(span.stand_in);
  span.stand_in = nullptr;
}

bool ArenaMap::stand_ins_are_right(const Span& span) {
  if (arena(span.base)->stands_in() || arena(span.range().last())->stands_in()) return false;
  bool are_right = true;
  for_each_arena(span.range(), [&](const Arena& arena, std::uint64_t, std::uint64_t, Address) {
    if (!arena.stands_in()) return;
    are_right =
        are_right && (span.stand_in != nullptr ? &arena == span.stand_in
                                               : &arena == stand_ins_.of_free(arena.common_bits()));
  });
  return are_right;
}

void PageBits::set_all(const Arena& arena, Address base, std::uint64_t bit, bool value) {
  const std::uint64_t others = arena.common_bits() & ~bit;
  map_.set_all_bits(base, value ? others | bit : others);
}

}  // namespace Atoll::pages
