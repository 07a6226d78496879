// The call stack, as far as the platform can tell it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace Atoll {

// Before this, call_stack() returns 0, because its preparations may need memory of malloc().
void prepare_call_stacks();

// Writes return addresses to `frames`, the innermost first, and returns how many. 0: they are not
// known. Does not call malloc().
std::size_t call_stack(std::span<std::uintptr_t> frames);

}  // namespace Atoll
