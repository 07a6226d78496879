// What the pages of a heap may be told when it begins. The defaults are Go's own ways.
#pragma once

#include <cstdint>
#include <limits>

#include "src/port/port.h"

namespace Atoll::pages {

struct Options {
  // Where arenas lie.
  port::HintOptions hints = {};

  // The heap keeps the port's hints when it is asked for a size for which the system has no address
  // space at all. By default it drops each hint that the system refused for good, as Go does.
  bool keeps_hints = false;

  // The heap takes address space and memory from the system in steps that grow with the heap, and
  // not in the units of the release (src/pages/sparing.h). Where the system refuses a step, the
  // heap takes what it needs. For processes with limits, and for small ones.
  bool is_sparing = false;

  // Bytes of address space, from the first arena on, where an object's free finds its page's record
  // in one table: a bit faster than by its arena. Costs address space of 1/2048, counted as gc_sys;
  // where that would be memory, there is none.
  std::uint64_t record_window = 0;

  // How long pages have been free before they are given back to the system, in nanoseconds; and how
  // long a thread's lists keep many objects that it does not use. They are looked for when pages or
  // objects become free, at most twice in that time; so a heap without a thread that frees keeps
  // what it has. By default scavenge() is left to the user, as in Go to a thread of its runtime.
  static constexpr std::uint64_t kNeverScavenge = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t scavenge_delay = kNeverScavenge;

  // The heap gives free pages back before it holds an eighth and 4 MiB more than was ever in use at
  // a time; where a span of 1 MiB or more gets memory, a quarter. Of spans of 8 MiB or more that
  // become free it keeps the newest 64 MiB, and older ones only if Os::resident() tells that they
  // hold memory.
  bool is_bounded = false;
};

}  // namespace Atoll::pages
