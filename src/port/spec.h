// Everything that is known about one port of one release, as plain numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "src/port/address_space.h"
#include "src/port/page_allocator.h"
#include "src/port/ports.h"
#include "src/port/small_objects.h"
#include "src/port/stack_sizes.h"

namespace Atoll::port {

// How the heap gets its first address space.
enum class HeapStart : std::uint8_t {
  kHints,        // addresses to ask for, in order (hints.h)
  kReservation,  // a large reservation behind the program's data, the 32-bit way (start32.h)
  kBreak,        // wherever the program break is, or in the buffer; nothing is prepared
};

// Sizes are in bytes unless a name says bits or pages. All members are public and plain, so a
// PortSpec can be a template argument. A number that a release does not have is 0.
struct PortSpec : Port {
  unsigned ptr_size = 0;
  HeapStart heap_start = HeapStart::kHints;
  bool sbrk = false;  // memory is one segment that grows at its end

  // Stacks.
  std::uint64_t stack_system = 0;
  std::uint64_t stack_min = kStackMin;
  std::uint64_t fixed_stack = 0;
  unsigned num_stack_orders = 0;
  std::uint64_t stack_cache_size = kStackCacheSize;
  std::uint64_t stack_small = kStackSmall;
  std::uint64_t stack_big = kStackBig;
  unsigned stack_guard_multiplier = 0;
  std::uint64_t stack_guard = 0;
  std::uint64_t stack_limit = 0;
  std::uint64_t g0_stack_size = 0;
  unsigned num_large_stack_lists = 0;  // length of stackLarge.free

  // Pages.
  unsigned page_shift = kPageShift;
  std::uint64_t page_size = kPageSize;
  std::uint64_t min_phys_page_size = kMinPhysPageSize;
  std::uint64_t max_phys_page_size = 0;       // from 1.14
  std::uint64_t max_phys_huge_page_size = 0;  // from 1.14; larger ones are ignored
  std::uint64_t heap_growth_unit = 0;
  PageAllocatorSpec page_allocator;  // from 1.14

  // Address space and arenas.
  unsigned heap_addr_bits = 0;
  std::uint64_t max_alloc = 0;
  unsigned log_heap_arena_bytes = 0;
  std::uint64_t heap_arena_bytes = 0;
  std::uint64_t pages_per_arena = 0;
  std::uint64_t heap_arena_bitmap_bytes = 0;  // up to 1.19
  std::uint64_t heap_arena_bitmap_words = 0;  // from 1.20
  std::uint64_t heap_arena_metadata_bytes = 0;
  unsigned arena_l1_bits = 0;
  unsigned arena_l2_bits = 0;
  unsigned arena_bits = 0;  // L1 and L2 together
  std::uint64_t arena_l2_table_bytes = 0;
  std::uint64_t arena_base_offset = 0;
  bool arena_base_offset_is_added = false;

  // Objects.
  unsigned num_size_classes = 0;  // with class 0
  std::uint64_t max_small_size = kMaxSmallSize;
  std::uint64_t max_small_request = 0;
  std::uint64_t tiny_size = kTinySize;
  unsigned tiny_size_class = kTinySizeClass;
  std::uint64_t min_size_for_malloc_header = 0;  // from 1.22
  std::uint64_t malloc_header_bytes = 0;         // from 1.22
  std::uint64_t defer_header_bytes = 0;          // up to 1.17

  // The number of the arena that holds `address`. Arithmetic wraps modulo 2^64, so an address that
  // no arena can hold gets a number that has_arena_index() refuses.
  constexpr std::uint64_t arena_index(std::uint64_t address) const {
    const std::uint64_t relative =
        arena_base_offset_is_added ? address + arena_base_offset : address - arena_base_offset;
    return relative >> log_heap_arena_bytes;
  }

  // The first address of an arena.
  constexpr std::uint64_t arena_base(std::uint64_t index) const {
    const std::uint64_t relative = index << log_heap_arena_bytes;
    return arena_base_offset_is_added ? relative - arena_base_offset : relative + arena_base_offset;
  }

  constexpr std::uint64_t num_arenas() const { return std::uint64_t{1} << arena_bits; }

  // Whether the arena map has a place for `address`: where the heap may lie.
  constexpr bool is_addressable(std::uint64_t address) const {
    return arena_index(address) < num_arenas();
  }

  constexpr bool uses_32_bit_start() const { return heap_start == HeapStart::kReservation; }

  friend constexpr bool operator==(const PortSpec&, const PortSpec&) = default;
};

namespace formula {

constexpr HeapStart heap_start(const Port& port) {
  if (port.is(Goos::kNone)) return HeapStart::kBreak;
  if (is_sbrk(port.goos, port.goarch) && port.since(Release::k1_24)) return HeapStart::kBreak;
  if (!has_64_bit_pointers(port.goarch)) return HeapStart::kReservation;
  // Wasm's pointers have 8 bytes, so from release 1.13 it gets hints, none of which it can honour.
  if (port.is(Goarch::kWasm) && port.until(Release::k1_12)) return HeapStart::kReservation;
  return HeapStart::kHints;
}

}  // namespace formula

// All numbers of a port. It is meant for ports that exist; for any other pair it applies the
// release's formulas.
[[gnu::cold]] constexpr PortSpec spec(const Port& port) {
  PortSpec result;
  static_cast<Port&>(result) = port;
  result.ptr_size = pointer_size(port.goarch);
  result.heap_start = formula::heap_start(port);
  result.sbrk = is_sbrk(port.goos, port.goarch);

  result.stack_system = formula::stack_system(port);
  result.fixed_stack = formula::fixed_stack(port);
  result.num_stack_orders = formula::num_stack_orders(port);
  result.stack_guard_multiplier = formula::stack_guard_multiplier(port);
  result.stack_guard = formula::stack_guard(port);
  result.stack_limit = formula::stack_limit(port);
  result.g0_stack_size = formula::g0_stack_size(port);
  result.num_large_stack_lists = formula::heap_addr_bits(port) - kPageShift;

  result.page_allocator = formula::page_allocator(port);
  result.max_phys_page_size = port.since(Release::k1_14) ? std::uint64_t{512} << 10 : 0;
  result.max_phys_huge_page_size = result.page_allocator.chunk_bytes;
  result.heap_growth_unit = formula::heap_growth_unit(port);

  result.heap_addr_bits = formula::heap_addr_bits(port);
  result.max_alloc = formula::max_alloc(port);
  result.log_heap_arena_bytes = formula::log_heap_arena_bytes(port);
  result.heap_arena_bytes = std::uint64_t{1} << result.log_heap_arena_bytes;
  result.pages_per_arena = result.heap_arena_bytes / kPageSize;
  result.heap_arena_bitmap_bytes = formula::heap_arena_bitmap_bytes(port);
  result.heap_arena_bitmap_words = formula::heap_arena_bitmap_words(port);
  result.heap_arena_metadata_bytes = formula::heap_arena_metadata_bytes(port);
  result.arena_bits = result.heap_addr_bits - result.log_heap_arena_bytes;
  result.arena_l1_bits = formula::arena_l1_bits(port);
  result.arena_l2_bits = result.arena_bits - result.arena_l1_bits;
  result.arena_l2_table_bytes = std::uint64_t{result.ptr_size} << result.arena_l2_bits;
  result.arena_base_offset = formula::arena_base_offset(port);
  result.arena_base_offset_is_added = formula::arena_base_offset_is_added(port);

  result.num_size_classes = formula::num_size_classes(port.release);
  result.max_small_request = formula::max_small_request(port);
  result.min_size_for_malloc_header = formula::min_size_for_malloc_header(port);
  result.malloc_header_bytes = formula::malloc_header_bytes(port);
  result.defer_header_bytes = formula::defer_header_bytes(port);
  return result;
}

[[gnu::cold]] constexpr PortSpec spec(Release release, Goos goos, Goarch goarch,
                                      bool race = false) {
  return spec(Port{release, goos, goarch, race});
}

// The same port with the address space that begins at `lowest`, a multiple of an arena's size: for
// a heap in memory that lies higher than the port's own addresses reach.
constexpr PortSpec with_lowest_address(PortSpec spec, std::uint64_t lowest) {
  spec.arena_base_offset = spec.arena_base_offset_is_added ? 0 - lowest : lowest;
  return spec;
}

// Why a port that somebody asked for does not exist.
enum class PortProblem : std::uint8_t {
  kNone,
  kUnknownRelease,   // not "1.11" to "1.27"
  kUnknownGoos,      // no release has such an operating system
  kUnknownGoarch,    // no release has such a processor
  kUnknownPort,      // both are known, but no release has the pair
  kNotInRelease,     // other releases have the port
  kNoRace,           // the port never had the race detector
  kNoRaceInRelease,  // other releases have the port's race detector
};

// The problem as the end of a sentence that begins with the port's name.
constexpr std::string_view explain(PortProblem problem) {
  switch (problem) {
    case PortProblem::kNone:
      return "is a port of this release";
    case PortProblem::kUnknownRelease:
      return "is asked for in an unknown release (releases 1.11 to 1.27 are known)";
    case PortProblem::kUnknownGoos:
      return "has an unknown GOOS";
    case PortProblem::kUnknownGoarch:
      return "has an unknown GOARCH";
    case PortProblem::kUnknownPort:
      return "is not a port of any release from 1.11 to 1.27";
    case PortProblem::kNotInRelease:
      return "is not a port of this release, but of others";
    case PortProblem::kNoRace:
      return "has no race detector in any release from 1.11 to 1.27";
    case PortProblem::kNoRaceInRelease:
      return "has no race detector in this release, but in others";
  }
  return {};
}

constexpr PortProblem check(const Port& port) {
  const std::optional<PortRow> row = find_row(port.goos, port.goarch);
  if (!row) return PortProblem::kUnknownPort;
  if (!row->releases.contains(port.release)) return PortProblem::kNotInRelease;
  if (!port.race) return PortProblem::kNone;
  if (!row->race.has_value()) return PortProblem::kNoRace;
  return row->race->contains(port.release) ? PortProblem::kNone : PortProblem::kNoRaceInRelease;
}

// A port by name. `spec` holds numbers only if there is no problem.
struct PortLookup {
  PortProblem problem = PortProblem::kNone;
  PortSpec spec{};

  constexpr explicit operator bool() const { return problem == PortProblem::kNone; }
};

constexpr PortLookup find_port(const Port& port) {
  const PortProblem problem = check(port);
  if (problem != PortProblem::kNone) return {problem};
  return {problem, spec(port)};
}

constexpr PortLookup find_port(Release release, Goos goos, Goarch goarch, bool race = false) {
  return find_port(Port{release, goos, goarch, race});
}

constexpr PortLookup find_port(std::string_view release, std::string_view goos,
                               std::string_view goarch, bool race = false) {
  const auto known_release = parse_release(release);
  if (!known_release) return {PortProblem::kUnknownRelease};
  const auto known_goos = parse_goos(goos);
  if (!known_goos) return {PortProblem::kUnknownGoos};
  const auto known_goarch = parse_goarch(goarch);
  if (!known_goarch) return {PortProblem::kUnknownGoarch};
  return find_port(*known_release, *known_goos, *known_goarch, race);
}

}  // namespace Atoll::port
