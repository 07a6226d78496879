// What the objects of a heap may be told when it begins. The defaults are Go's own ways.
#pragma once

#include <cstddef>
#include <cstdint>

#include "src/base/corruption.h"
#include "src/policy.h"

namespace Atoll::objects {

struct Options {
  // Objects without pointers and of fewer than 16 bytes share blocks of 16. Saves memory; such an
  // object is aligned to its size's factors of two only, and costs more to free.
  bool tiny = true;

  // Objects of more than 8 bytes lie at multiples of 16, as C's malloc() promises on most systems:
  // the size classes that are no multiples of 16 (24 bytes, from release 1.16) are not used.
  bool aligns_to_16 = false;
  // All objects do, those of up to 8 bytes included, which then are as large as those of 16.
  bool aligns_all_to_16 = false;

  // Bytes of pages without objects that each thread keeps for what it allocates next, rather than
  // give them to all threads at once. They count as in use.
  std::uint64_t most_stocked = 0;

  // Bytes of free objects, beyond a few of each size, that all threads together keep for what they
  // allocate next. A thread gives up its own when it needs pages, and what it has not used for
  // pages::Options::scavenge_delay. They count as in use.
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

}  // namespace Atoll::objects
