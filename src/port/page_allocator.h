// The page allocator that replaced the treaps in release 1.14: a bitmap per chunk of pages, and a
// radix tree of summaries over the chunks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/port/address_space.h"
#include "src/port/ports.h"

namespace Atoll::port {

inline constexpr unsigned kSummaryLevelBits = 3;  // each summary covers 8 of the level below
inline constexpr unsigned kMaxSummaryLevels = 5;
inline constexpr std::uint64_t kSummaryBytes = 8;
inline constexpr unsigned kPageCachePages = 64;

// All zero before release 1.14. Levels run from 0, the root, to summary_levels - 1, the chunks;
// array elements beyond are zero.
struct PageAllocatorSpec {
  unsigned log_chunk_pages = 0;
  std::uint64_t chunk_pages = 0;
  std::uint64_t chunk_bytes = 0;

  unsigned summary_levels = 0;
  unsigned summary_l0_bits = 0;                               // index bits of the root level
  std::array<unsigned, kMaxSummaryLevels> level_bits{};       // index bits of each level
  std::array<unsigned, kMaxSummaryLevels> level_shift{};      // address >> shift = index
  std::array<unsigned, kMaxSummaryLevels> level_log_pages{};  // pages under one summary, log2
  std::array<std::uint64_t, kMaxSummaryLevels> level_entries{};
  // Address space of each level, before rounding to physical pages. Five levels are reserved one
  // by one; four are one reservation that is mapped at once.
  std::array<std::uint64_t, kMaxSummaryLevels> level_bytes{};
  bool one_reservation = false;

  // A summary packs three counts of pages: free at the start, longest run, free at the end.
  unsigned log_max_packed_value = 0;

  // The two-level map from chunk number to chunk bitmap.
  unsigned chunks_l1_bits = 0;
  unsigned chunks_l2_bits = 0;

  friend constexpr bool operator==(const PageAllocatorSpec&, const PageAllocatorSpec&) = default;
};

namespace formula {

// Ports whose tree is small enough to be mapped whole.
constexpr bool has_small_page_allocator(const Port& port) { return heap_addr_bits(port) <= 33; }

[[gnu::cold]] constexpr PageAllocatorSpec page_allocator(const Port& port) {
  PageAllocatorSpec result;
  if (port.until(Release::k1_13)) return result;

  const bool small = has_small_page_allocator(port);
  const unsigned addr_bits = heap_addr_bits(port);
  result.log_chunk_pages = port.is(Goarch::kWasm) && port.since(Release::k1_26) ? 6 : 9;
  result.chunk_pages = std::uint64_t{1} << result.log_chunk_pages;
  result.chunk_bytes = result.chunk_pages * kPageSize;
  const unsigned log_chunk_bytes = result.log_chunk_pages + kPageShift;

  result.summary_levels = small ? 4 : 5;
  const unsigned lower_levels = result.summary_levels - 1;
  result.summary_l0_bits = addr_bits - log_chunk_bytes - lower_levels * kSummaryLevelBits;
  result.one_reservation = small;
  for (unsigned level = 0; level < result.summary_levels; ++level) {
    const unsigned index_bits = result.summary_l0_bits + level * kSummaryLevelBits;
    result.level_bits[level] = level == 0 ? result.summary_l0_bits : kSummaryLevelBits;
    result.level_shift[level] = addr_bits - index_bits;
    result.level_log_pages[level] = addr_bits - index_bits - kPageShift;
    // The analyzer does not know that no port has fewer than 32 bits.
    // NOLINTNEXTLINE(clang-analyzer-core.BitwiseShift)
    result.level_entries[level] = std::uint64_t{1} << index_bits;
    result.level_bytes[level] = result.level_entries[level] * kSummaryBytes;
  }
  result.log_max_packed_value = result.log_chunk_pages + lower_levels * kSummaryLevelBits;

  result.chunks_l1_bits = small ? 0 : 13;
  result.chunks_l2_bits = addr_bits - log_chunk_bytes - result.chunks_l1_bits;
  return result;
}

// The heap grows by multiples of this: by single pages up to release 1.13, by chunks afterwards.
constexpr std::uint64_t heap_growth_unit(const Port& port) {
  return port.since(Release::k1_14) ? page_allocator(port).chunk_bytes : kPageSize;
}

}  // namespace formula
}  // namespace Atoll::port
