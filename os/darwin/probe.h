// How this backend finds out what kind of machine it is on.
#pragma once

#include <cstdint>

#include "src/base/address.h"

namespace Atoll::os::darwin {

// 0 if the system would not tell.
std::uint64_t page_size();

// The largest b for which a page could be had in the upper half of [0, 2^b). Where hints are not
// honoured at all: the width of the highest address seen.
std::uint32_t address_bits(std::uint64_t page_size);

bool honours_hints(std::uint64_t page_size);

Address end_of_data();

}  // namespace Atoll::os::darwin
