// Checks a call's arguments, as far as that is possible without asking the system.
#pragma once

#include <cstdint>
#include <limits>

#include "os/base/bits.h"
#include "os/os.h"

namespace Atoll::os {

// The last address that a pointer of this process can hold.
inline constexpr std::uint64_t kLastPointer = std::numeric_limits<std::uintptr_t>::max();

// Whether the range consists of whole pages, at least one, and does not wrap round the end of the
// address space. If the system does not tell its page size (0), no range is well formed.
constexpr bool is_well_formed(Range range, std::uint64_t page_size) {
  return page_size != 0 && range.size != 0 && is_multiple_of(range.size, page_size) &&
         range.base.is_aligned(page_size) && range.last() >= range.base;
}

// Returns kBadArgument, or kNotReserved for a range that cannot be ours: nothing of ours lies on
// page 0 or past `last_address`, and an address cut to the width of a pointer would be somebody
// else's.
constexpr Status check_range(Range range, std::uint64_t page_size,
                             std::uint64_t last_address = kLastPointer) {
  if (!is_well_formed(range, page_size)) return {Failure::kBadArgument, 0};
  if (range.base.is_null() || range.last().value() > last_address) {
    return {Failure::kNotReserved, 0};
  }
  return {};
}

// For reserve() and alloc(), which treat any hint as a wish. Returns kNoMemory if no address space
// has so much room.
constexpr Status check_request(Address hint, std::uint64_t size, std::uint64_t page_size,
                               std::uint64_t last_address = kLastPointer) {
  if (!is_well_formed({hint, size}, page_size)) return {Failure::kBadArgument, 0};
  if (size > last_address) return {Failure::kNoMemory, 0};
  return {};
}

}  // namespace Atoll::os
