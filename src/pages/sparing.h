// How a sparing heap takes memory from the system: as much as it needs soon, whatever the units of
// its release are. For a process that may have limits (address space, writable memory, locked
// memory), or that is one of thousands.
//
// An arena of 64 MiB is then reserved and mapped part by part, and its records are made where spans
// are. Nothing is reserved or made writable for what may never come.
#pragma once

#include <cstdint>

#include "src/port/port.h"

namespace Atoll::pages {

// The least that is mapped at once, so that a heap that grows makes few calls. Below 2 MiB: a huge
// page behind it would cost a small program more than all the rest.
inline constexpr std::uint64_t kLeastStep = std::uint64_t{1} << 20;
// Larger heaps take an eighth of what they have.
inline constexpr std::uint64_t kStepFraction = 8;

// What a reservation is a multiple of, if nothing larger can be had: the largest granularity.
inline constexpr std::uint64_t kLeastReservation = std::uint64_t{64} << 10;

// Smaller arenas are steps themselves.
inline constexpr std::uint64_t kMostWholeArena = std::uint64_t{4} << 20;
constexpr bool has_large_arenas(const port::PortSpec& spec) {
  return spec.heap_arena_bytes > kMostWholeArena;
}

// Pages whose bits of objects and marks are one record, made with the first span among them.
inline constexpr std::uint64_t kBitGroupPages = 128;

// A table of the arena map has so many arenas (2^14 of 64 MiB: 1 TiB), not all there are.
inline constexpr unsigned kSparingL2Bits = 14;

// From so many arenas that come at once those that are alike have no records of their own: fewer
// save little, and most heaps never have as many.
inline constexpr std::uint64_t kLeastAlike = 4;

// The first window of records is of so many arenas; the next is larger by this factor, and so on.
inline constexpr std::uint64_t kFirstWindowArenas = 4;
inline constexpr std::uint64_t kWindowGrowth = 16;

}  // namespace Atoll::pages
