// Starts a real heap's address space on the machine this runs on, and compares everything it sees
// with the port model.
//
// Built for every target, so it uses nothing but the core: no streams, no heap, no JSON. It tells
// its findings line by line, fields separated by tabs, and the host's `atoll verify` reads them:
//
//   value   KEY     VALUE          what was found: goos, pageSize, firstArena ...
//   check   NAME    ok|FAIL  WHY   one comparison
//   note    TEXT                   something a reader should know, such as why a hint was refused
//   call    TEXT                   a call to the operating system, in order
//   fact    KEY     VALUE          what the kernel says of itself (kernel.h), not the verdict's
#pragma once

#include <cstdint>
#include <string_view>

#include "os/os.h"
#include "src/port/port.h"

namespace Atoll::probe {

// Takes one line, without its end.
using Sink = void (*)(void* context, std::string_view line);

// Runs all checks over `os` as this build's port of `release`. True if every check agrees.
//
// Precondition: that release has this port (and its race detector, if `race`).
bool run(os::Os& os, port::Release release, bool race, Sink sink, void* context);

}  // namespace Atoll::probe
