// The call stack, as far as the platform can tell it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "os/base/text.h"

namespace Atoll {

// Before this, call_stack() returns 0, because its preparations may need memory of malloc().
void prepare_call_stacks();

// Writes return addresses to `frames`, the innermost first, and returns how many. 0: they are not
// known. Does not call malloc().
std::size_t call_stack(std::span<std::uintptr_t> frames);

// Where that address lies: the name of a file, and the distance from where the file begins in
// memory, "program+0x1234". Empty: not known. Calls neither malloc() nor the dynamic loader.
Line place_of(std::uintptr_t frame);

// The system's number of the calling thread; 0: it has none.
std::uint64_t thread_number();

}  // namespace Atoll
