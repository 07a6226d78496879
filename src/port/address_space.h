// How a port divides its address space into arenas, and what an arena's metadata costs.
#pragma once

#include <cstdint>

#include "src/port/ports.h"

namespace Atoll::port {

// The heap's own pages, whatever the operating system's are.
inline constexpr unsigned kPageShift = 13;
inline constexpr std::uint64_t kPageSize = std::uint64_t{1} << kPageShift;

inline constexpr std::uint64_t kMinPhysPageSize = 4096;
inline constexpr std::uint64_t kMinLegalPointer = 4096;

namespace formula {

// The iPhone's arm64. It changed its GOOS from darwin to ios in release 1.16, when darwin/arm64
// became the Mac.
constexpr bool is_arm64_phone(const Port& port) {
  return port.is(port.since(Release::k1_16) ? Goos::kIos : Goos::kDarwin, Goarch::kArm64);
}

// Bits of a heap address: what the port's processors translate and its systems hand out. A machine
// without a system has its RAM at low addresses: on RISC-V of 64 bits below 64 GiB.
constexpr unsigned heap_addr_bits(const Port& port) {
  if (port.is(Goarch::kWasm)) return 32;
  if (port.is(Goarch::kMips) || port.is(Goarch::kMipsle)) return 31;
  if (!has_64_bit_pointers(port.goarch)) return 32;
  if (port.is(Goos::kNone)) return 36;
  if (port.is(Goos::kAix) && port.between(Release::k1_12, Release::k1_13)) return 60;
  if (is_arm64_phone(port)) {
    if (port.since(Release::k1_16)) return 40;
    if (port.since(Release::k1_14)) return 33;
  }
  return 48;
}

// Where the heap's address space ends. 32-bit pointers cannot hold 2^32, so with them it ends one
// byte earlier.
constexpr std::uint64_t max_alloc(const Port& port) {
  const std::uint64_t one_less = has_64_bit_pointers(port.goarch) ? 0 : 1;
  return (std::uint64_t{1} << heap_addr_bits(port)) - one_less;
}

// An arena is 64 MiB, or 4 MiB where that is too large: windows charges a process for committed
// metadata that it never touched, 32-bit systems have little address space, and phones and wasm
// have little memory. Wasm has 512 KiB from release 1.26 on. Without a system it is 1 MiB: the
// records of an arena's pages then take 2 KiB.
constexpr unsigned log_heap_arena_bytes(const Port& port) {
  if (port.is(Goos::kNone)) return 20;
  if (port.is(Goarch::kWasm)) {
    if (port.since(Release::k1_26)) return 19;
    return port.since(Release::k1_13) ? 22 : 26;
  }
  if (!has_64_bit_pointers(port.goarch)) return 22;
  if (port.is(Goos::kWindows)) return 22;
  if (port.is(Goos::kAix)) return port.between(Release::k1_12, Release::k1_13) ? 28 : 26;
  if (port.is(Goos::kIos, Goarch::kArm64) && port.since(Release::k1_17)) return 22;
  return 26;
}

// The arena map has one level almost everywhere. 64-bit windows, where its 32 MiB table would count
// as committed memory, and the 60-bit aix have two. So has a machine without a system, whose tables
// are as small as they can be: 256 bytes each, or 2 KiB on RISC-V of 64 bits.
constexpr unsigned arena_l1_bits(const Port& port) {
  if (port.is(Goos::kNone)) return (heap_addr_bits(port) - log_heap_arena_bytes(port)) / 2;
  if (!has_64_bit_pointers(port.goarch)) return 0;
  if (port.is(Goos::kWindows)) return 6;
  if (port.is(Goos::kAix) && port.between(Release::k1_12, Release::k1_13)) return 12;
  return 0;
}

// Up to release 1.14 the offset is added to an address, from 1.15 it is subtracted. The numbers
// changed with the sign, so arena indices stayed what they were.
constexpr bool arena_base_offset_is_added(const Port& port) { return port.until(Release::k1_14); }

// The offset that maps a port's lowest address to arena index 0: amd64's addresses are
// sign-extended 48-bit numbers, and aix maps at 0x0a00000000000000 and above.
constexpr std::uint64_t arena_base_offset(const Port& port) {
  std::uint64_t lowest = 0;  // address of arena index 0, modulo 2^64
  if (port.is(Goarch::kAmd64)) lowest = 0xffff'8000'0000'0000;
  if (port.is(Goos::kAix) && port.since(Release::k1_14)) lowest = 0x0a00'0000'0000'0000;
  return arena_base_offset_is_added(port) ? 0 - lowest : lowest;
}

// Bytes of the heap bitmap, which tells pointers from other words. Up to release 1.19 it has two
// bits for each word of the arena. Zero from 1.20.
constexpr std::uint64_t heap_arena_bitmap_bytes(const Port& port) {
  if (port.since(Release::k1_20)) return 0;
  const std::uint64_t words =
      (std::uint64_t{1} << log_heap_arena_bytes(port)) / pointer_size(port.goarch);
  return words * 2 / 8;
}

// Words of the heap bitmap from release 1.20, which has one bit for each word of the arena. Zero
// before. From 1.22 the arena's metadata no longer contains the bitmap, but the start-up check of
// the number remains.
constexpr std::uint64_t heap_arena_bitmap_words(const Port& port) {
  if (port.until(Release::k1_19)) return 0;
  const std::uint64_t pointer_bytes = pointer_size(port.goarch);
  const std::uint64_t words = (std::uint64_t{1} << log_heap_arena_bytes(port)) / pointer_bytes;
  return words / (8 * pointer_bytes);
}

// sizeof(heapArena), field by field: this is what a 32-bit start reserves for every arena its
// address space can hold.
[[gnu::cold]] constexpr std::uint64_t heap_arena_metadata_bytes(const Port& port) {
  const std::uint64_t pointer_bytes = pointer_size(port.goarch);
  const std::uint64_t pages = (std::uint64_t{1} << log_heap_arena_bytes(port)) / kPageSize;
  const std::uint64_t bit_per_page = pages / 8;

  std::uint64_t bytes = pages * pointer_bytes;  // the span of each page
  bytes += heap_arena_bitmap_bytes(port);
  if (port.between(Release::k1_20, Release::k1_21)) {
    const std::uint64_t words = heap_arena_bitmap_words(port);
    bytes += words * pointer_bytes + words / 8;  // and a bit per word: no more pointers follow
  }
  if (port.since(Release::k1_12)) bytes += 2 * bit_per_page;  // pages in use, pages marked
  if (port.since(Release::k1_14)) bytes += pointer_bytes;     // where untouched zero pages begin
  if (port.since(Release::k1_15)) bytes += bit_per_page;      // pages with special records
  if (port.since(Release::k1_16)) bytes += pointer_bytes;     // the debugging check marks
  if (port.since(Release::k1_25)) bytes += bit_per_page;      // spans with mark bits inside
  return bytes;
}

}  // namespace formula
}  // namespace Atoll::port
