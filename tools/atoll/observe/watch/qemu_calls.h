// The calls in the log that QEMU's user mode writes with -strace.
#pragma once

#include <istream>

#include "tools/atoll/observe/watch/calls.h"

namespace Atoll::observe {

// Reads lines such as "13150 mmap(NULL,8192,PROT_NONE,MAP_PRIVATE|MAP_ANONYMOUS,-1,0) = 0x40000000"
// up to the call that begins the first thread. Skips what it does not know.
Watched read_qemu_calls(std::istream& log);

}  // namespace Atoll::observe
