#include "src/pages/page_bits.h"

#include <algorithm>
#include <bit>

namespace Atoll::pages {
namespace {

constexpr std::uint64_t kBits = 64;
constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Calls visit(word, mask) for each word of a bitmap that has bits `first` to first + count - 1,
// where `mask` has those of them that are in the word, until it returns false.
template <typename Visit>
void for_each_word(std::uint64_t first, std::uint64_t count, Visit visit) {
  while (count > 0) {
    const std::uint64_t offset = first % kBits;
    const std::uint64_t bits = std::min(count, kBits - offset);
    if (!visit(first / kBits, (kAll >> (kBits - bits)) << offset)) return;
    first += bits;
    count -= bits;
  }
}

// Most words of a long span have no bit set or all, and some processors need several instructions
// to count.
std::uint64_t ones(std::uint64_t word) {
  if (word == 0) return 0;
  return word == kAll ? kBits : static_cast<unsigned>(std::popcount(word));
}

}  // namespace

void PageBits::set_ready(Range pages) { set(Arena::kReady, true, pages); }
void PageBits::clear_ready(Range pages) { set(Arena::kReady, false, pages); }
void PageBits::set_dirty(Range pages) { set(Arena::kDirty, true, pages); }

void PageBits::set(std::uint64_t bit, bool value, Range pages) {
  const std::uint64_t fill = value ? kAll : 0;
  map_.for_each_arena(
      pages, [=, this](Arena& arena, std::uint64_t first, std::uint64_t count, Address base) {
        if (arena.stands_in()) {
          set_all(arena, base, bit, value);
          return;
        }
        std::uint64_t* const bitmap = bit == Arena::kReady ? arena.ready : arena.dirty;
        for_each_word(first, count, [bitmap, fill](std::uint64_t word, std::uint64_t mask) {
          bitmap[word] = (bitmap[word] & ~mask) | (fill & mask);
          return true;
        });
      });
}

PageCounts PageBits::count(Range pages) const {
  PageCounts counts;
  map_.for_each_arena(
      pages, [&counts](const Arena& arena, std::uint64_t first, std::uint64_t how_many, Address) {
        if (arena.stands_in()) {
          if ((arena.flags & Arena::kDirty) == 0) {
            counts.fresh += how_many;
          } else if ((arena.flags & Arena::kReady) == 0) {
            counts.released += how_many;
          }
          return;
        }
        for_each_word(first, how_many, [&](std::uint64_t word, std::uint64_t mask) {
          counts.fresh += ones(mask & ~arena.dirty[word]);
          counts.released += ones(mask & arena.dirty[word] & ~arena.ready[word]);
          return true;
        });
      });
  return counts;
}

Range PageBits::next_run(bool ready, Range pages) const {
  const Address first = find(ready, pages);
  const Range rest{first, pages.end() - first};
  if (rest.is_empty()) return {};
  return {first, find(!ready, rest) - first};
}

// The first page that is Ready, or the first that is not; the end of `pages` if there is none.
Address PageBits::find(bool ready, Range pages) const {
  const std::uint64_t flip = ready ? 0 : kAll;
  const Address end = pages.end();
  Address found = end;
  map_.for_each_arena(
      pages, [&](const Arena& arena, std::uint64_t first, std::uint64_t count, Address base) {
        if (found != end) return;
        if (arena.stands_in()) {
          if (((arena.flags & Arena::kReady) != 0) == ready) found = base;
          return;
        }
        for_each_word(first, count, [&](std::uint64_t word, std::uint64_t mask) {
          const std::uint64_t bits = (arena.ready[word] ^ flip) & mask;
          if (bits == 0) return true;
          const auto bit = static_cast<unsigned>(std::countr_zero(bits));
          found = base + (word * kBits + bit - first) * port::kPageSize;
          return false;
        });
      });
  return found;
}

}  // namespace Atoll::pages
