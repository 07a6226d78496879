// How a sparing heap takes memory from the system: as much as it needs soon, whatever the units of
// its release are. For a process that may have limits (address space, writable memory, locked
// memory), or that is one of thousands.
//
// An arena of 64 MiB is then reserved and mapped part by part, and its records are made where spans
// are. Nothing is reserved or made writable for what may never come.
#pragma once

#include <cstdint>

#include "src/policy.h"
#include "src/port/port.h"

namespace Atoll::pages {

constexpr bool has_large_arenas(const port::PortSpec& spec) {
  return spec.heap_arena_bytes > policy::kMostWholeArena;
}

}  // namespace Atoll::pages
