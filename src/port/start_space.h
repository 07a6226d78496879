// What a heap's start asks the operating system for beside its first arena, and how little address
// space it can start with.
#pragma once

#include <cstdint>

#include "src/port/spec.h"

namespace Atoll::port {

// Metadata that is never freed comes from chunks of this size; a request that is not smaller than
// the second size bypasses them.
inline constexpr std::uint64_t kPersistentChunkBytes = std::uint64_t{256} << 10;
inline constexpr std::uint64_t kMaxPersistentBlock = std::uint64_t{64} << 10;

// sizeof(pallocData): a chunk's bits, for pages in use and for pages that were given back.
constexpr std::uint64_t palloc_data_bytes(const PortSpec& spec) {
  return 2 * spec.page_allocator.chunk_pages / 8;
}

// The index of the scavenger (mpagealloc_64bit.go): from release 1.19 on one bit for each chunk of
// the address space, and from 1.21 on eight bytes. Small trees have theirs among the program's
// data. A system that refuses this reservation does not end the program.
constexpr std::uint64_t scavenge_index_bytes(const PortSpec& spec) {
  if (!spec.since(Release::k1_19) || spec.page_allocator.one_reservation || spec.sbrk) return 0;
  const std::uint64_t chunks =
      std::uint64_t{1} << spec.heap_addr_bits >> spec.page_allocator.log_chunk_pages >> kPageShift;
  return spec.since(Release::k1_21) ? chunks * 8 : chunks / 8;
}

// The summaries of all levels: without them the program ends.
constexpr std::uint64_t summary_bytes(const PortSpec& spec) {
  std::uint64_t bytes = 0;
  for (const std::uint64_t level : spec.page_allocator.level_bytes) bytes += level;
  return bytes;
}

// What a heap that starts from hints or from a reservation must be given before the program's first
// thread begins, if every optional reservation is refused: the summaries, one arena, its tables and
// its metadata, the first chunk of metadata, the bits of the first chunks of pages, and two blocks
// of 64 KiB (the list of all spans, and mark bits). The program's own image, its stack and its
// other metadata come on top. 0 where memory is one segment.
constexpr std::uint64_t address_space_at_start(const PortSpec& spec) {
  if (spec.sbrk || spec.heap_start == HeapStart::kBreak) return 0;
  std::uint64_t bytes = kPersistentChunkBytes + 2 * kMaxPersistentBlock + summary_bytes(spec);
  bytes += spec.heap_arena_bytes + spec.arena_l2_table_bytes + spec.heap_arena_metadata_bytes;
  if (spec.since(Release::k1_14)) {
    bytes += palloc_data_bytes(spec) << spec.page_allocator.chunks_l2_bits;
  }
  return bytes;
}

// On wasm the linker gives a program this much memory behind its data.
constexpr std::uint64_t initial_memory_beyond_data(const PortSpec& spec) {
  if (!spec.is(Goarch::kWasm)) return 0;
  return std::uint64_t{spec.since(Release::k1_24) ? 1U : 16U} << 20;
}

}  // namespace Atoll::port
