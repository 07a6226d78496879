// What a heap may be told when it begins. The defaults are Go's own ways; the heap behind malloc()
// has others (src/malloc/options.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "src/base/corruption.h"
#include "src/policy.h"
#include "src/port/port.h"

namespace Atoll {

struct HeapOptions {
  // The port whose numbers the heap uses: this build's own, of the release the book describes (or
  // the first that has the port). Another 64-bit port's can be had over a simulated system.
  port::PortSpec spec = port::native_spec();
  port::HintOptions hints;
  // hints.random_seed is taken from the system, where the release can randomize the heap's base.
  bool random_hints = false;

  // Objects without pointers and of fewer than 16 bytes share blocks of 16. Saves memory; such an
  // object is aligned to its size's factors of two only, and costs more to free.
  bool tiny = true;

  // Objects of more than 8 bytes lie at multiples of 16, as C's malloc() promises on most systems:
  // the size classes that are no multiples of 16 (24 bytes, from release 1.16) are not used.
  bool aligns_to_16 = false;
  // All objects do, those of up to 8 bytes included, which then are as large as those of 16.
  bool aligns_all_to_16 = false;

  // size 0 is taken for 1, as C's malloc() may: no two objects in use have the same address.
  bool distinct_empty = false;

  // The heap takes address space and memory from the system in steps that grow with the heap, and
  // not in the units of the release (src/pages/sparing.h). Where the system refuses a step, the
  // heap takes what it needs. For processes with limits, and for small ones.
  bool is_sparing = false;

  // Bytes of address space, from the first arena on, where an object's free finds its page's record
  // in one table: a bit faster than by its arena. Costs address space of 1/2048, counted as gc_sys;
  // where that would be memory, there is none.
  std::uint64_t record_window = 0;

  // The heap of the process, behind malloc(): there is one at most, beside the others.
  bool is_process_heap = false;

  // How long pages have been free before they are given back to the system, in nanoseconds. They
  // are looked for when pages become free, at most twice in that time; so a heap without a thread
  // that frees keeps what it has. By default scavenge() is left to the user, as in Go to a thread
  // of its runtime.
  static constexpr std::uint64_t kNeverScavenge = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t scavenge_delay = kNeverScavenge;

  // What is free is given back before the heap holds an eighth and 4 MiB more than was ever in use
  // at a time. Of what becomes free in pieces of 8 MiB or more only the newest 32 MiB are kept.
  bool is_bounded = false;

  // The heap keeps the port's hints when it is asked for a size for which the system has no address
  // space at all. By default it drops each hint that the system refused for good, as Go does.
  bool keeps_hints = false;

  // Bytes of pages without objects that each thread keeps for what it allocates next, rather than
  // give them to all threads at once. They count as in use.
  std::uint64_t most_stocked = 0;

  // Bytes of free objects, beyond a few of each size, that all threads together keep for what they
  // allocate next. A thread gives up its own when it needs pages, and what it has not used for
  // `scavenge_delay`. They count as in use.
  std::size_t most_listed = policy::kMostListed;

  // Mean bytes between two samples of the heap profile; Go's default is 524288. 0: no samples.
  // Sampling takes the slower way for every object.
  std::uint64_t profile_rate = 0;

  // Every free is checked and carried out at once, so that each bad one is named when it happens.
  // Takes the slower way for every object.
  bool checked = false;

  // Told of every sample: the object and its size. What it returns is passed to `on_sample_freed`
  // when the object is freed or swept. Neither may call the heap; either may be null.
  void* (*on_sample)(void* context, void* object, std::uint64_t size) = nullptr;
  void (*on_sample_freed)(void* context, void* sample) = nullptr;
  void* sample_context = nullptr;

  // Null: writes a line and aborts. May not call the heap.
  CorruptionHandler corruption_handler = nullptr;
  void* corruption_context = nullptr;
};

}  // namespace Atoll
