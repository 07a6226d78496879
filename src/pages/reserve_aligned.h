// Address space at a multiple of a large alignment, from systems that know only their own.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "os/os.h"

namespace Atoll::pages {

// `range` is empty exactly if the call failed, and then nothing is left reserved.
struct [[nodiscard]] AlignedReservation {
  Range range;
  os::Status status;

  bool ok() const { return status.ok(); }
};

enum class Surplus : bool {
  kKept,       // the range may be larger than asked for, by `alignment`
  kGivenBack,  // the range has just the size asked for
};

// Reserves `size` bytes at a multiple of `alignment` (a power of two, and a multiple of the page
// size), near `hint` if the system likes, or anywhere if it is null.
//
// More than `size` is asked for, so that an aligned part is inside. If the answer is aligned by
// itself, the sources keep all of it: the first arenas of a 32-bit heap are 516 MiB and not 512.
// From 1.24 systems with a program break give the rest back.
//
// On a system that releases whole reservations only (windows), the answer only tells where there is
// room: it is released, and the aligned part of it reserved anew. Another thread may be faster, so
// this is tried 100 times.
//
// A system that breaks its contract and answers with a place inside a page gets that place back as
// the range, which is then not aligned: there is nothing to cut, and the caller can name it.
AlignedReservation reserve_aligned(os::Os& os, const os::Machine& machine, Address hint,
                                   std::uint64_t size, std::uint64_t alignment,
                                   Surplus surplus = Surplus::kKept);

}  // namespace Atoll::pages
