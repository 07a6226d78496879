// Events of the process that a platform reports to the process's heap.
#pragma once

#include <cstdint>

namespace Atoll {

// The heap calls this before it starts, and again in a child that was forked during the start. From
// then on, where processes fork, the forking thread holds the heap's locks during the fork, so that
// the child has a heap that it can use.
void watch_process();

// The number of the process; a forked child has another one than its parent.
std::uint32_t process_number();

}  // namespace Atoll
