// The objects of one span and their bits.
//
// The thread whose cache holds a span takes its free objects 64 at a time: it sets their bits at
// once and keeps the ones that were clear in `alloc_cache`. Others may clear bits meanwhile, under
// the lock of the span's central list, so bits change by atomic operations only. Whoever takes an
// object sees everything its last user wrote before the bit was cleared.
#pragma once

#include <cstdint>

#include "src/base/platform.h"
#include "src/objects/size_table.h"
#include "src/pages/arena_map.h"
#include "src/pages/span.h"

namespace Atoll::objects {

using pages::BitWord;
using pages::kBitsPerWord;
using pages::Span;

// Makes a span that is just in use one of objects of a span class, all of them free. A large object
// is the one object of a span of class 0 or 1.
void prepare(Span& span, pages::ArenaMap& map, const SizeTable& sizes, unsigned span_class,
             std::uint32_t generation);

// The object of the span that holds an address of its range: object_count or more behind the last.
inline std::uint64_t index_of(const Span& span, Address address) {
  if (span.object_count == 1) return 0;
  return span.divide.index(address - span.base);
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

// For the thread that holds the span. Takes the next free objects into alloc_cache, which must be
// empty. False: there is none from free_index on.
bool take_next(Span& span);
// Takes one object only, the first that is free from free_index on, and not by way of alloc_cache,
// which must be empty. object_count: there is none.
unsigned take_one(Span& span);
// Gives back what is in alloc_cache.
void untake(Span& span);

// Number of bits set.
unsigned count_taken(const Span& span);

constexpr unsigned words_of_bits(unsigned object_count) {
  return (object_count + kBitsPerWord - 1) / kBitsPerWord;
}

}  // namespace Atoll::objects
