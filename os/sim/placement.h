// Where a system puts a new mapping, given its description and the ranges that are taken. The
// simulation and the user-mode hosts (hosts/) share this code.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "os/sim/address_space.h"
#include "os/sim/config.h"

namespace Atoll::os::sim {

// The whole range in which user memory may lie.
Range usable(const Config& config);

// Finds the place for `size` bytes with the hint `hint` (null: none), for any Placement but
// kLinear. Returns false if there is none.
bool place(const Config& config, const AddressSpace& space, Address hint, std::uint64_t size,
           Address* found);

// The same for Placement::kLinear, whose segment ends at `segment_end`.
bool place_linear(const Config& config, const AddressSpace& space, Address segment_end,
                  Address hint, std::uint64_t size, Address* found);

}  // namespace Atoll::os::sim
