// The start of a heap in a small address space: two reservations, made before anybody else can
// scatter mappings there.
#pragma once

#include "os/os.h"
#include "src/base/linear_alloc.h"
#include "src/port/port.h"

namespace Atoll::pages {

struct Start32 {
  Range metadata_range;  // empty if the system would not reserve it
  Range arena_range;     // likewise
  LinearAlloc metadata;  // serves the records of arenas; its pieces are Ready
  LinearAlloc arenas;    // serves the first arenas
  Address hint;          // where the arenas behind those are asked for
};

// Never fails: a heap that gets neither reservation begins with the hint alone.
// Precondition: spec.uses_32_bit_start().
// A sparing heap (sparing.h) reserves nothing and has the hint, but for linear memory: what lies
// behind it would be in the way of what follows.
Start32 start32(os::Os& os, const os::Machine& machine, const port::PortSpec& spec,
                bool is_sparing = false);

}  // namespace Atoll::pages
