// Where a system puts a new mapping, given its description and what is taken already. The
// simulation and the user-mode hosts (hosts/) decide with the same code.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "os/sim/address_space.h"
#include "os/sim/config.h"

namespace Atoll::os::sim {

// Everything user memory may lie in.
Range usable(const Config& config);

// The place for `size` bytes that are wished for at `hint` (null: no wish), for any Placement but
// kLinear. False: there is none.
bool place(const Config& config, const AddressSpace& space, Address hint, std::uint64_t size,
           Address* found);

// The same for Placement::kLinear, whose segment ends at `segment_end`.
bool place_linear(const Config& config, const AddressSpace& space, Address segment_end,
                  Address hint, std::uint64_t size, Address* found);

}  // namespace Atoll::os::sim
