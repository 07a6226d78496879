// Options for the objects of a heap, fixed when the heap begins. The defaults are what Go does.
#pragma once

#include <cstddef>
#include <cstdint>

#include "src/base/corruption.h"
#include "src/policy.h"

namespace Atoll::objects {

struct Options {
  // Objects without pointers and of fewer than 16 bytes share blocks of 16. This saves memory, but
  // such an object is aligned only to its size's factors of two, and costs more to free.
  bool tiny = true;

  // Objects of more than 8 bytes lie at multiples of 16, as C's malloc() promises on most systems.
  // The heap then skips size classes that are not multiples of 16 (24 bytes, from release 1.16).
  bool aligns_to_16 = false;
  // All objects lie at multiples of 16. Objects of up to 8 bytes then are as large as those of 16.
  bool aligns_all_to_16 = false;

  // Each thread keeps this many bytes of pages without objects for its next allocations, rather
  // than give them to all threads at once. They count as in use.
  std::uint64_t most_stocked = 0;

  // All threads together keep at most twice this many bytes of large objects that were freed, each
  // thread an equal share, for requests of the same lengths. A thread that asks the page heap for
  // pages first gives back its own, if they are more than kMostCachedOverAsks. They count as in
  // use.
  std::uint64_t most_large_cached = 0;

  // All threads together keep this many bytes of free objects, beyond a few of each size, for their
  // next allocations. A thread gives up its own when it needs pages, and those that it has not used
  // for pages::Options::scavenge_delay. They count as in use.
  std::size_t most_listed = policy::kMostListed;

  // Mean bytes between two samples of the heap profile; Go's default is 524288. 0: no samples.
  // While a heap samples, every object takes the slow path.
  std::uint64_t profile_rate = 0;

  // The heap checks every free and carries it out at once, so that it reports each bad one when it
  // happens. Every object takes the slow path.
  bool checked = false;

  // The heap calls on_sample for every sample, with the object and its size, and passes the result
  // to on_sample_freed when the object is freed or swept. Neither may call the heap; either may be
  // null.
  void* (*on_sample)(void* context, void* object, std::uint64_t size) = nullptr;
  void (*on_sample_freed)(void* context, void* sample) = nullptr;
  void* sample_context = nullptr;

  // Null: the heap writes a line and aborts. The handler may not call the heap.
  CorruptionHandler corruption_handler = nullptr;
  void* corruption_context = nullptr;
};

}  // namespace Atoll::objects
