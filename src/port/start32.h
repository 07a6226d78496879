// The start of a heap in a 32-bit address space: where it reserves its first arenas.
//
// Address space is scarce there, so arenas should follow each other, starting where other mappings
// do not get in the way: right behind the program's data.
#pragma once

#include <array>
#include <cstdint>

#include "src/port/spec.h"

namespace Atoll::port {

// Left free behind the program's data, so that the C library's own break can grow a little.
inline constexpr std::uint64_t kStart32Slack = std::uint64_t{256} << 10;

// The heap tries these sizes, largest first. The first success becomes its first arenas.
inline constexpr std::array<std::uint64_t, 3> kStart32Reservations = {
    std::uint64_t{512} << 20, std::uint64_t{256} << 20, std::uint64_t{128} << 20};

// Step 1: one reservation for the metadata of every arena the address space can hold, so that
// metadata never lies between arenas.
constexpr std::uint64_t start32_metadata_bytes(const PortSpec& spec) {
  return spec.num_arenas() * spec.heap_arena_metadata_bytes;
}

// The input of step 2. An address that a system does not have is 0.
struct ProgramEnd {
  std::uint64_t end_of_data = 0;
  std::uint64_t program_break = 0;   // asked for only where has_program_break
  std::uint64_t metadata_begin = 0;  // the rest of step 1's reservation that is still free
  std::uint64_t metadata_end = 0;
};

// The sources ask for the break only on linux and android; elsewhere they take 0.
constexpr bool has_program_break(Goos goos) {
  return goos == Goos::kLinux || goos == Goos::kAndroid;
}

// Steps 2 and 3: the address to ask for. It is behind the data and the break, behind the metadata
// if that happens to lie there, and aligned to an arena. It wraps as the port's own addresses do.
constexpr std::uint64_t start32_address(const PortSpec& spec, const ProgramEnd& program) {
  std::uint64_t address = program.end_of_data;
  if (program.program_break > address) address = program.program_break;
  if (program.metadata_begin <= address && address < program.metadata_end) {
    address = program.metadata_end;
  }
  const std::uint64_t mask = spec.heap_arena_bytes - 1;
  address = (address + kStart32Slack + mask) & ~mask;
  return spec.ptr_size == 4 ? address & 0xffff'ffff : address;
}

}  // namespace Atoll::port
