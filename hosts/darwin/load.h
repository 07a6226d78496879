// Brings a program into memory.
#pragma once

#include <string_view>

#include "hosts/base/guest_memory.h"
#include "hosts/darwin/image.h"

namespace Atoll::hosts::darwin {

// The address of a symbol of libSystem; null: nobody serves it.
using Lookup = void* (*)(std::string_view symbol);

// Maps the segments where the linker has put them, fills in pointers and protects. Gives up
// (hosts/base/refuse.h) over what cannot be had; a symbol that nobody serves is named.
void load(const Image& image, GuestMemory& memory, Lookup lookup);

}  // namespace Atoll::hosts::darwin
