// What a platform calls the process's heap for, besides memory.
#pragma once

namespace Atoll {

// Called once, when the heap can be used. Where processes fork, the heap's locks are held meanwhile
// from now on, so that the child finds a heap it can use.
void watch_process();

}  // namespace Atoll
