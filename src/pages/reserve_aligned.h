// Reserves address space at multiples of alignments that are larger than the system's own.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "os/os.h"

namespace Atoll::pages {

// `range` is empty if and only if the call failed, and then nothing is left reserved.
struct [[nodiscard]] AlignedReservation {
  Range range;
  os::Status status;

  bool ok() const { return status.ok(); }
};

enum class Surplus : bool {
  kKept,       // the range may be larger than the caller asked for, by `alignment`
  kGivenBack,  // the range has exactly the size that the caller asked for
};

// Reserves `size` bytes at a multiple of `alignment` (a power of two, and a multiple of the page
// size), near `hint` if the system likes, or anywhere if it is null.
//
// The call asks the system for more than `size`, so that the answer has an aligned part. If the
// answer is aligned already, Go keeps all of it: the first arenas of a 32-bit heap are 516 MiB and
// not 512. From 1.24, systems with a program break give the rest back.
//
// On a system that releases only whole reservations (Windows), the answer only shows where there is
// room: the call releases it and reserves its aligned part anew. Another thread may take that place
// first, so the call tries this 100 times.
//
// If a system breaks its contract and answers with an address inside a page, the call returns that
// answer as the range, unaligned: there is nothing to cut, and the caller can report it.
AlignedReservation reserve_aligned(os::Os& os, const os::Machine& machine, Address hint,
                                   std::uint64_t size, std::uint64_t alignment,
                                   Surplus surplus = Surplus::kKept);

}  // namespace Atoll::pages
