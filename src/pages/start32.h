// The start of a heap in a small address space: makes two reservations before anybody else can
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
  Address hint;          // where the heap asks for the arenas after those
};

// Never fails: a heap that gets neither reservation begins with the hint alone. Precondition:
// spec.uses_32_bit_start(). A sparing heap (sparing.h) reserves nothing and has only the hint,
// except in linear memory, where what lies after the heap's end would be in the way of its growth.
Start32 start32(os::Os& os, const os::Machine& machine, const port::PortSpec& spec,
                bool is_sparing = false);

}  // namespace Atoll::pages
