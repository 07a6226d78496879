#include "tools/atoll/port_keys.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "src/port/port.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using port::PortSpec;
using port::ReleaseRange;
using enum port::Release;

constexpr ReleaseRange since(port::Release first) { return {first, port::kLastRelease}; }
constexpr ReleaseRange until(port::Release last) { return {port::kFirstRelease, last}; }

std::string_view heap_start_name(port::HeapStart start) {
  switch (start) {
    case port::HeapStart::kHints:
      return "hints";
    case port::HeapStart::kReservation:
      return "reservation";
    case port::HeapStart::kBreak:
      return "break";
  }
  return {};
}

// One number for each level of the page allocator's tree.
template <typename Values>
Json by_level(const PortSpec& spec, const Values& values) {
  Json result = Json::array();
  for (unsigned level = 0; level < spec.page_allocator.summary_levels; ++level) {
    result.push_back(values[level]);
  }
  return result;
}

#define VALUE(expression) []([[maybe_unused]] const PortSpec& p) { return Json(expression); }

constexpr auto kKeys = std::to_array<PortKey>({
    {"go", "release", VALUE(name(p.release))},
    {"goos", "operating system", VALUE(name(p.goos))},
    {"goarch", "processor", VALUE(name(p.goarch))},
    {"race", "with the race detector", VALUE(p.race)},
    {"PtrSize", "bytes of a pointer", VALUE(p.ptr_size)},

    {"StackSystem", "added to every stack for the system's handlers", VALUE(p.stack_system),
     Unit::kBytes},
    {"FixedStack", "smallest stack", VALUE(p.fixed_stack), Unit::kBytes},
    {"NumStackOrders", "cached stack sizes, FixedStack << order", VALUE(p.num_stack_orders)},
    {"StackGuard", "guard above the stack's bottom", VALUE(p.stack_guard), Unit::kBytes},
    {"StackCacheSize", "stacks cached per thread and order", VALUE(p.stack_cache_size),
     Unit::kBytes},

    {"minPhysPageSize", "smallest page of the system that is accepted", VALUE(p.min_phys_page_size),
     Unit::kBytes},
    {"PageSize", "page of the heap", VALUE(p.page_size), Unit::kBytes},

    {"heapAddrBits", "bits of a heap address", VALUE(p.heap_addr_bits)},
    {"maxAlloc", "end of the heap's address space", VALUE(hex(p.max_alloc))},
    {"arenaBaseOffset", "offset that maps the lowest address to arena 0",
     VALUE(hex(p.arena_base_offset))},
    {"logHeapArenaBytes", "log2 of an arena", VALUE(p.log_heap_arena_bytes)},
    {"heapArenaBytes", "arena", VALUE(p.heap_arena_bytes), Unit::kBytes},
    {"heapArenaBitmapBytes", "heap bitmap of an arena, two bits per word",
     VALUE(p.heap_arena_bitmap_bytes), Unit::kBytes, until(k1_19)},
    {"arenaL1Bits", "index bits of the arena map's first level", VALUE(p.arena_l1_bits)},
    {"arenaL2Bits", "index bits of its second level", VALUE(p.arena_l2_bits)},
    {"pagesPerArena", "pages of an arena", VALUE(p.pages_per_arena)},
    {"NumSizeClasses", "size classes, the empty class 0 among them", VALUE(p.num_size_classes)},

    {"hintCount", "addresses the heap asks for", VALUE(hint_count(p))},
    {"userHintCount", "the same for user arenas", VALUE(user_hint_count(p))},
    {"firstHint", "the first of them; none if only the running program knows",
     [](const PortSpec& p) {
       const auto first = first_hint(p);
       return first ? Json(hex(*first)) : Json();
     }},

    // Beyond what every answer must have.
    {"heapStart", "the heap begins from hints, a reservation or the break",
     VALUE(heap_start_name(p.heap_start))},
    {"sbrk", "memory is one segment that grows at its end", VALUE(p.sbrk)},
    {"BigEndian", "most significant byte first", VALUE(is_big_endian(p.goarch))},

    {"StackMin", "stack that every function may use", VALUE(p.stack_min), Unit::kBytes},
    {"StackSmall", "frames up to this check the guard only", VALUE(p.stack_small), Unit::kBytes},
    {"StackBig", "frames above this check for wrap-around", VALUE(p.stack_big), Unit::kBytes},
    {"StackLimit", "for calls without a stack check", VALUE(p.stack_limit), Unit::kBytes,
     until(k1_20)},
    {"stackNosplit", "for calls without a stack check", VALUE(p.stack_limit), Unit::kBytes,
     since(k1_21)},
    {"StackGuardMultiplier", "factor on the guard for large frames",
     VALUE(p.stack_guard_multiplier)},
    {"g0StackSize", "the scheduler's own stack", VALUE(p.g0_stack_size), Unit::kBytes},
    {"usedStackOrders", "orders that stackalloc really uses", VALUE(num_used_stack_orders(p))},
    {"largestCachedStack", "largest stack with a free list", VALUE(largest_cached_stack(p)),
     Unit::kBytes},
    {"stackLargeLists", "lists of free large stacks", VALUE(p.num_large_stack_lists)},

    {"PageShift", "log2 of PageSize", VALUE(p.page_shift)},
    {"minLegalPointer", "lower addresses are never pointers", VALUE(port::kMinLegalPointer)},
    {"maxPhysPageSize", "largest page of the system that is accepted", VALUE(p.max_phys_page_size),
     Unit::kBytes, since(k1_14)},
    {"maxPhysHugePageSize", "larger huge pages are ignored", VALUE(p.max_phys_huge_page_size),
     Unit::kBytes, since(k1_14)},
    {"heapGrowthUnit", "the heap grows by multiples of this", VALUE(p.heap_growth_unit),
     Unit::kBytes},

    {"arenaBits", "arenaL1Bits and arenaL2Bits together", VALUE(p.arena_bits)},
    {"arenaL2TableBytes", "table of the arena map's second level", VALUE(p.arena_l2_table_bytes),
     Unit::kBytes},
    {"arenaBaseOffsetIsAdded", "index is address + offset, else address - offset",
     VALUE(p.arena_base_offset_is_added)},
    {"heapArenaBitmapWords", "heap bitmap of an arena, one bit per word",
     VALUE(p.heap_arena_bitmap_words), Unit::kPlain, since(k1_20)},
    {"sizeofHeapArena", "metadata of an arena", VALUE(p.heap_arena_metadata_bytes), Unit::kBytes},
    {"heapArenaReservation", "32-bit start: reserved for the metadata of all arenas",
     [](const PortSpec& p) {
       return p.uses_32_bit_start() ? Json(start32_metadata_bytes(p)) : Json();
     },
     Unit::kBytes},

    {"logPallocChunkPages", "log2 of a chunk's pages", VALUE(p.page_allocator.log_chunk_pages),
     Unit::kPlain, since(k1_14)},
    {"pallocChunkPages", "pages of a chunk", VALUE(p.page_allocator.chunk_pages), Unit::kPlain,
     since(k1_14)},
    {"pallocChunkBytes", "chunk of the page allocator", VALUE(p.page_allocator.chunk_bytes),
     Unit::kBytes, since(k1_14)},
    {"summaryLevels", "levels of its tree", VALUE(p.page_allocator.summary_levels), Unit::kPlain,
     since(k1_14)},
    {"summaryLevelBits", "index bits of a level", VALUE(port::kSummaryLevelBits), Unit::kPlain,
     since(k1_14)},
    {"summaryL0Bits", "index bits of the root level", VALUE(p.page_allocator.summary_l0_bits),
     Unit::kPlain, since(k1_14)},
    {"levelBits", "index bits by level", VALUE(by_level(p, p.page_allocator.level_bits)),
     Unit::kPlain, since(k1_14)},
    {"levelShift", "address >> shift is the index, by level",
     VALUE(by_level(p, p.page_allocator.level_shift)), Unit::kPlain, since(k1_14)},
    {"levelLogPages", "log2 of the pages under a summary, by level",
     VALUE(by_level(p, p.page_allocator.level_log_pages)), Unit::kPlain, since(k1_14)},
    {"levelEntries", "summaries by level", VALUE(by_level(p, p.page_allocator.level_entries)),
     Unit::kPlain, since(k1_14)},
    {"levelBytes", "address space reserved by level",
     VALUE(by_level(p, p.page_allocator.level_bytes)), Unit::kBytes, since(k1_14)},
    {"logMaxPackedValue", "bits of a count in a summary",
     VALUE(p.page_allocator.log_max_packed_value), Unit::kPlain, since(k1_14)},
    {"pallocChunksL1Bits", "index bits of the chunk map's first level",
     VALUE(p.page_allocator.chunks_l1_bits), Unit::kPlain, since(k1_14)},
    {"pallocChunksL2Bits", "index bits of its second level", VALUE(p.page_allocator.chunks_l2_bits),
     Unit::kPlain, since(k1_14)},
    {"pageCachePages", "pages of a thread's page cache", VALUE(port::kPageCachePages), Unit::kPlain,
     since(k1_14)},

    {"scavengeIndexBytes", "address space reserved for the scavenger's index",
     VALUE(port::scavenge_index_bytes(p)), Unit::kBytes, since(k1_19)},

    {"addressSpaceAtStart", "must be granted before the first thread, beside the program's image",
     [](const PortSpec& p) {
       const std::uint64_t bytes = port::address_space_at_start(p);
       return bytes == 0 ? Json() : Json(bytes);
     },
     Unit::kBytes},
    {"initialMemoryBeyondData", "wasm: memory that the linker adds behind the data",
     [](const PortSpec& p) {
       const std::uint64_t bytes = port::initial_memory_beyond_data(p);
       return bytes == 0 ? Json() : Json(bytes);
     },
     Unit::kBytes},

    {"numSpanClasses", "size classes, with and without pointers",
     VALUE(port::num_span_classes(p.release))},
    {"maxSmallSize", "largest object of a size class", VALUE(p.max_small_size), Unit::kBytes},
    {"maxSmallRequest", "largest request that is served from one", VALUE(p.max_small_request),
     Unit::kBytes},
    {"maxTinySize", "block that packs tiny objects", VALUE(p.tiny_size), Unit::kBytes},
    {"tinySizeClass", "its size class", VALUE(p.tiny_size_class)},
    {"minSizeForMallocHeader", "larger objects with pointers have a header",
     VALUE(p.min_size_for_malloc_header), Unit::kBytes, since(k1_22)},
    {"mallocHeaderSize", "that header", VALUE(p.malloc_header_bytes), Unit::kBytes, since(k1_22)},
    {"deferHeaderSize", "record of a deferred call", VALUE(p.defer_header_bytes), Unit::kBytes,
     until(k1_17)},
    {"minDeferAlloc", "smallest record with its arguments",
     VALUE(port::formula::min_defer_alloc(p)), Unit::kBytes, until(k1_17)},
    {"minDeferArgs", "arguments that fit into it", VALUE(port::formula::min_defer_args(p)),
     Unit::kBytes, until(k1_17)},
});

#undef VALUE

std::string shown_number(const PortKey& key, const Json& value) {
  return key.unit == Unit::kBytes ? human_bytes(value.get<std::uint64_t>()) : value.dump();
}

}  // namespace

std::span<const PortKey> all_port_keys() { return kKeys; }

Json port_json(const PortSpec& spec) {
  Json object;
  for (const PortKey& key : kKeys) {
    if (key.releases.contains(spec.release)) object[std::string(key.name)] = key.value(spec);
  }
  return object;
}

std::string shown_value(const PortKey& key, const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number()) return shown_number(key, value);
  if (!value.is_array()) return plain_text(value);
  std::string text;
  for (const Json& element : value) {
    if (!text.empty()) text += ", ";
    text += shown_number(key, element);
  }
  return text;
}

}  // namespace Atoll::tool
