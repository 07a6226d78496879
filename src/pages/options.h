// The options of a heap's pages, fixed when the heap begins. The defaults do what Go does.
#pragma once

#include <cstdint>
#include <limits>

#include "src/port/port.h"

namespace Atoll::pages {

// What the heap tells the system about huge pages (Os::wish_huge_pages()).
enum class HugePages : std::uint8_t {
  kUnsaid,     // nothing, as Go from 1.21 on: the system does as it is set
  kWhereFull,  // to use them for long copies: see PageHeap::expect_copy()
  kNever,      // to use none in all memory by which the heap grows
  kAlways,     // to use them there, whether the memory will be written in full or not
};

struct Options {
  // Where arenas lie.
  port::HintOptions hints = {};

  // The heap keeps the port's hints when it asks for a size for which the system has no address
  // space at all. By default, as in Go, it drops for good each hint that the system refused.
  bool keeps_hints = false;

  // The heap takes address space and memory from the system in steps that grow with the heap
  // instead of in the units of the release (src/pages/sparing.h). If the system refuses a step, the
  // heap takes only what it needs. For processes with limits, and for small ones.
  bool is_sparing = false;

  // Bytes of address space, from the first arena on, for which one table has the page records: a
  // free finds the record there a bit faster than through the arena. The table takes 1/2048 as much
  // address space, counted as gc_sys. On a system without lazy_commit, where it would take memory,
  // the heap makes none.
  std::uint64_t record_window = 0;

  // How long pages must have been free before the heap gives them back to the system, in
  // nanoseconds; also how long a thread's lists keep many objects that the thread does not use. The
  // heap looks when somebody frees pages or objects, at most twice in that time, so a heap in which
  // no thread frees keeps what it has. By default the user calls scavenge(), as a thread of Go's
  // runtime does.
  static constexpr std::uint64_t kNeverScavenge = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t scavenge_delay = kNeverScavenge;

  // The heap gives free pages back before it holds an eighth and 4 MiB more than was ever in use at
  // a time, or a quarter and 4 MiB more when a span of 1 MiB or more gets memory. Of the spans of 8
  // MiB or more that become free it keeps the newest 128 MiB, and older ones only if Os::resident()
  // says that they hold memory.
  bool is_bounded = false;

  // For a bounded heap: it keeps at most this many bytes of free pages that hold memory, whatever
  // was ever in use; of those that share a hardware page with pages in use, it cannot give back
  // any. 0: it gives all back at once. kAsInUse: as is_bounded says.
  static constexpr std::uint64_t kAsInUse = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most_kept = kAsInUse;

  HugePages huge_pages = HugePages::kUnsaid;
};

}  // namespace Atoll::pages
