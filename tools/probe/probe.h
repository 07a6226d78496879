// Starts the address space of a real heap on this machine, and compares everything that happens
// with the port model.
//
// It is built for every target, so it uses nothing but the core: no streams, no heap, no JSON. It
// writes its findings line by line, with tabs between fields, and the host's `atoll verify` reads
// them:
//
//   value   KEY     VALUE          what was found: goos, pageSize, firstArena ...
//   check   NAME    ok|FAIL  WHY   one comparison
//   note    TEXT                   something a reader should know, such as why a hint was refused
//   call    TEXT                   a call to the operating system, in order
//   fact    KEY     VALUE          a fact about the kernel (kernel.h), not part of the verdict
#pragma once

#include "os/os.h"
#include "src/port/port.h"
#include "tools/probe/sink.h"

namespace Atoll::probe {

// Runs all checks over `os` as this build's port of `release`. True if every check agrees.
//
// Precondition: that release has this port (and its race detector, if `race`).
bool run(os::Os& os, port::Release release, bool race, Sink sink, void* context);

}  // namespace Atoll::probe
