// Who calls, as far as the platform can tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace Atoll {

// Before this call_stack() tells nothing: what it takes may need memory of malloc().
void prepare_call_stacks();

// Return addresses, the innermost first; tells how many. 0: it is not known. Calls no malloc().
std::size_t call_stack(std::span<std::uintptr_t> frames);

}  // namespace Atoll
