// The objects of one span and their bits.
//
// The thread whose cache holds the span changes the bits under that cache's lock. While no cache
// holds the span, they change under the lock of its central list. So changes need no atomic
// read-modify-write operations, but other threads may read the bits at any time. (While caches are
// careful, all of this happens under the central list's lock.)
//
// The cache that holds a span takes its free objects 64 at a time: it sets their bits at once and
// keeps the ones that were clear in `alloc_cache`.
#pragma once

#include <cstdint>

#include "src/objects/object_heap.h"
#include "src/objects/size_table.h"
#include "src/pages/arena_map.h"
#include "src/pages/span.h"

namespace Atoll::objects {

using pages::BitWord;
using pages::kBitsPerWord;
using pages::Span;

// Makes a span that was just allocated a span of objects of a span class, all of them free. A large
// object is the only object of a span of class 0 or 1. The function leaves mark bits alone if none
// can be set.
void prepare(Span& span, pages::ArenaMap& map, const SizeTable& sizes, unsigned span_class,
             std::uint32_t generation, bool may_have_marks);

// The factor that replaces a division of offsets in a span by the size of its objects (it is 1 for
// a large object).
//
// Let e = reciprocal * size - 2^32, so 0 < e <= size. The product of an offset q * size + r and the
// reciprocal is q * 2^32 + r * reciprocal + q * e. Spans are so small that (q + 1) * e is below the
// reciprocal (at most 80 + 32 KiB, and 128 KiB at least). So the upper half of the product is q;
// and the lower half is below the reciprocal exactly if r is 0.
constexpr std::uint32_t reciprocal_of(std::uint64_t object_size) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << 32) / object_size + 1);
}

// The index of the object that holds an address in the span's range; object_count or more if the
// address is behind the last object.
inline std::uint64_t index_of(const Span& span, Address address) {
  if (span.object_count == 1) return 0;
  return ((address - span.base) * span.reciprocal) >> 32;
}
inline Address object_at(const Span& span, std::uint64_t index) {
  return span.base + index * span.object_size;
}

inline std::atomic<BitWord>& word_of(std::atomic<BitWord>* bits, std::uint64_t index) {
  return bits[index / kBitsPerWord];
}
inline BitWord mask_of(std::uint64_t index) { return BitWord{1} << (index % kBitsPerWord); }
inline bool is_set(std::atomic<BitWord>* bits, std::uint64_t index) {
  return (word_of(bits, index).load(std::memory_order_relaxed) & mask_of(index)) != 0;
}

// The functions below are for whoever may change the bits.

// Takes the next free objects into alloc_cache, which must be empty. Returns false if there is none
// from free_index on.
bool take_next(Span& span);
// Takes only one object, the first free one from free_index on, and leaves alloc_cache alone, which
// must be empty. Returns object_count if there is none.
unsigned take_one(Span& span);
// Gives back the objects in alloc_cache.
void untake(Span& span);

// Whether the object of a span of class 0 or 1 is in use. False also if the span is about to begin
// or to end.
inline bool large_is_in_use(const Span& span) {
  return span.has_objects.load(std::memory_order_acquire) &&
         !span.is_cached.load(std::memory_order_relaxed);
}

// Reports that the freed `address` is not an object in use. Always returns false.
bool reject(const ObjectHeap& heap, const Span& span, Address address, CorruptionKind kind);

// Finds the object that begins at `address`, in the span's range. If there is none, reports that
// and returns false.
[[gnu::always_inline]] inline bool find_begin(const ObjectHeap& heap, const Span& span,
                                              Address address, std::uint64_t* index) {
  const std::uint64_t product = (address - span.base) * span.reciprocal;
  *index = product >> 32;
  if (static_cast<std::uint32_t>(product) < span.reciprocal && *index < span.object_count)
      [[likely]] {
    return true;
  }
  return reject(heap, span, address, CorruptionKind::kFreeInsideObject);
}

// Frees the object at `address`, in the span's range. If it was free, or there is none, reports
// that and returns false.
[[gnu::always_inline]] inline bool release(const ObjectHeap& heap, Span& span, Address address) {
  std::uint64_t index = 0;
  if (!find_begin(heap, span, address, &index)) [[unlikely]]
    return false;
  std::atomic<BitWord>& word = word_of(span.alloc_bits, index);
  const BitWord mask = mask_of(index);
  const BitWord before = word.load(std::memory_order_relaxed);
  if ((before & mask) == 0) [[unlikely]]
    return reject(heap, span, address, CorruptionKind::kDoubleFree);
  word.store(before & ~mask, std::memory_order_release);
  --span.taken_count;
  span.free_index = 0;
  return true;
}

// The number of bits set.
unsigned count_taken(const Span& span);

constexpr unsigned words_of_bits(unsigned object_count) {
  return (object_count + kBitsPerWord - 1) / kBitsPerWord;
}

}  // namespace Atoll::objects
