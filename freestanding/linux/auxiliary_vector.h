// What the kernel tells a program when it begins.
#pragma once

#include <cstdint>

namespace Atoll::freestanding {

// Pairs of a key and a value; key 0 ends them.
extern constinit const std::uint64_t* auxiliary_vector;

}  // namespace Atoll::freestanding
