// Brings a program into memory.
#pragma once

#include <string_view>

#include "hosts/base/guest_memory.h"
#include "hosts/darwin/image.h"

namespace Atoll::hosts::darwin {

// Returns the address of a symbol of libSystem, or null if the host does not serve it.
using Lookup = void* (*)(std::string_view symbol);

// Maps the segments where the linker has put them, fills in pointers and sets protections. Refuses
// the program (hosts/base/refuse.h) if that fails, and names a symbol that the host does not serve.
void load(const Image& image, GuestMemory& memory, Lookup lookup);

}  // namespace Atoll::hosts::darwin
