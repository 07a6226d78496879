#include "src/objects/span_objects.h"

#include <algorithm>
#include <bit>

namespace Atoll::objects {
namespace {

constexpr unsigned kGroup = 64;  // objects in alloc_cache
static_assert(kGroup % kBitsPerWord == 0);

BitWord low_bits(unsigned count) {
  return count >= kBitsPerWord ? ~BitWord{0} : (BitWord{1} << count) - 1;
}

}  // namespace

void prepare(Span& span, pages::ArenaMap& map, const SizeTable& sizes, unsigned span_class,
             std::uint32_t generation, bool may_have_marks) {
  const bool is_large = port::size_class_of(span_class) == 0;
  span.span_class.store(static_cast<std::uint8_t>(span_class), std::memory_order_relaxed);
  span.object_count = is_large ? std::uint16_t{1} : sizes.object_count(span_class);
  span.object_size = is_large ? span.bytes() : sizes.size_class(span_class).size;
  span.reciprocal = is_large ? 1 : reciprocal_of(span.object_size);
  span.alloc_cache = 0;
  span.cache_base = 0;
  span.free_index = 0;
  span.holder.store(nullptr, std::memory_order_relaxed);
  span.freed_count.store(0, std::memory_order_relaxed);
  span.freed_by_others = nullptr;
  span.taken_count = 0;
  span.frees_slowly = false;
  span.specials = nullptr;
  span.tiny_blocks.store(nullptr, std::memory_order_relaxed);

  pages::Arena* const arena = map.arena(span.base);
  const std::uint64_t page = map.page_index(span.base);
  span.alloc_bits = arena->alloc_bits_of(page);
  span.mark_bits = arena->mark_bits_of(page);
  const unsigned words = words_of_bits(span.object_count);
  for (unsigned i = 0; i < words; ++i) {
    span.alloc_bits[i].store(0, std::memory_order_relaxed);
    if (may_have_marks) span.mark_bits[i].store(0, std::memory_order_relaxed);
  }
  span.sweep_generation.store(generation, std::memory_order_release);
  span.has_objects.store(true, std::memory_order_release);
}

bool take_next(Span& span) {
  while (span.free_index < span.object_count) {
    const unsigned base = span.free_index;
    const unsigned count = std::min(kGroup, span.object_count - base);
    span.free_index = static_cast<std::uint16_t>(base + count);
    std::uint64_t taken = 0;
    for (unsigned bit = 0; bit < count; bit += kBitsPerWord) {
      std::atomic<BitWord>& word = word_of(span.alloc_bits, base + bit);
      const BitWord all = low_bits(count - bit);
      const BitWord before = word.load(std::memory_order_relaxed);
      if (before == all) continue;
      word.store(before | all, std::memory_order_relaxed);
      taken |= std::uint64_t{all & ~before} << bit;
    }
    if (taken == 0) continue;
    span.alloc_cache = taken;
    span.cache_base = static_cast<std::uint16_t>(base);
    return true;
  }
  return false;
}

[[gnu::cold]] unsigned take_one(Span& span) {
  for (unsigned base = span.free_index; base < span.object_count; base += kBitsPerWord) {
    std::atomic<BitWord>& word = word_of(span.alloc_bits, base);
    const BitWord all = low_bits(span.object_count - base);
    const BitWord free = all & ~word.load(std::memory_order_relaxed);
    if (free == 0) continue;
    const auto bit = static_cast<unsigned>(std::countr_zero(free));
    word.store(word.load(std::memory_order_relaxed) | mask_of(bit), std::memory_order_relaxed);
    ++span.taken_count;
    span.free_index = static_cast<std::uint16_t>(base);
    return base + bit;
  }
  span.free_index = span.object_count;
  return span.object_count;
}

void untake(Span& span) {
  for (unsigned bit = 0; bit < kGroup; bit += kBitsPerWord) {
    const auto mine = static_cast<BitWord>(span.alloc_cache >> bit);
    if (mine == 0) continue;
    std::atomic<BitWord>& word = word_of(span.alloc_bits, span.cache_base + bit);
    word.store(word.load(std::memory_order_relaxed) & ~mine, std::memory_order_release);
  }
  span.alloc_cache = 0;
}

bool reject(const ObjectHeap& heap, const Span& span, Address address, CorruptionKind kind) {
  heap.report(kind, heap.platform->pointer(address), &span);
  return false;
}

[[gnu::cold]] unsigned count_taken(const Span& span) {
  unsigned count = 0;
  for (unsigned i = 0; i < words_of_bits(span.object_count); ++i) {
    count +=
        static_cast<unsigned>(std::popcount(span.alloc_bits[i].load(std::memory_order_relaxed)));
  }
  return count;
}

}  // namespace Atoll::objects
