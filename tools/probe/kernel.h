// What the kernel answers to questions that matter to an allocator, and that the contract of an
// operating system (os/os.h) leaves out because the core does not need them: what it grants, and
// what limits are in force. Information, and no part of the verdict. For each one line:
//
//   fact   KEY   VALUE    a number, "yes", "no", "unlimited", a word of the kernel's; or "?" where
//                         the kernel would not tell
//
// The keys are in docs/COMMAND.md. Linux only: other systems tell nothing.
#pragma once

#include "tools/probe/probe.h"

namespace Atoll::probe {

void tell_kernel(Sink sink, void* context);

}  // namespace Atoll::probe
