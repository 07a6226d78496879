// A sparing heap takes from the system only what it needs soon, whatever the units of its release
// are. It is for a process that may have limits (address space, writable memory, locked memory), or
// that is one of thousands.
//
// It reserves and maps an arena of 64 MiB part by part, and makes records where spans are. It
// reserves nothing, and makes nothing writable, that it may never use.
#pragma once

#include <cstdint>

#include "src/policy.h"
#include "src/port/port.h"

namespace Atoll::pages {

constexpr bool has_large_arenas(const port::PortSpec& spec) {
  return spec.heap_arena_bytes > policy::kMostWholeArena;
}

}  // namespace Atoll::pages
