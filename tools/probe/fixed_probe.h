// Starts a fixed heap on this machine, and checks that it keeps what its header promises. For
// targets without an operating system or an MMU: Go has no port to them, so nothing of the port
// model applies. It writes the lines that probe.h describes.
#pragma once

#include <cstddef>
#include <span>

#include "tools/probe/sink.h"

namespace Atoll::probe {

// True if every check agrees. The buffer is at a multiple of 8, and has 16 KiB or more.
bool run_fixed(std::span<std::byte> buffer, Sink sink, void* context);

}  // namespace Atoll::probe
