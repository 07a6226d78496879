// What a platform calls the process's heap for, besides memory.
#pragma once

#include <cstdint>

namespace Atoll {

// Called before the heap is started; may be called again in a child that was forked meanwhile.
// Where processes fork, the heap's locks are held meanwhile from now on, so that the child finds a
// heap it can use.
void watch_process();

// Another one in a child than in its parent, where processes fork.
std::uint32_t process_number();

}  // namespace Atoll
