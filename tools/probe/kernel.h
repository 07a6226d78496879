// Facts about the kernel that matter to an allocator, but that the contract of an operating system
// (os/os.h) leaves out because the core does not need them: its abilities, and the limits in force.
// They are not part of the verdict. Each is one line:
//
//   fact   KEY   VALUE    a number, "yes", "no", "unlimited", a word of the kernel's; or "?" if the
//                         kernel did not tell it
//
// The keys are in docs/COMMAND.md. Only Linux has such facts.
#pragma once

#include "tools/probe/probe.h"

namespace Atoll::probe {

void tell_kernel(Sink sink, void* context);

}  // namespace Atoll::probe
