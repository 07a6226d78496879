// A sparing heap takes from the system only what it needs soon, whatever the units of its release
// are. It is for a process that may have limits (address space, writable memory, locked memory), or
// that is one of thousands.
//
// It reserves and maps an arena of 64 MiB part by part, and makes records where spans are. It
// reserves nothing, and makes nothing writable, that it may never use. A heap in a buffer
// (src/base/geometry.h) is always sparing.
#pragma once

#include "src/base/geometry.h"
#include "src/port/port.h"

namespace Atoll::pages {

// Whether the heap takes its arenas part by part.
constexpr bool takes_parts(const port::PortSpec& spec, const Geometry& geometry) {
  return spec.heap_arena_bytes > geometry.most_whole_arena;
}

}  // namespace Atoll::pages
