// Memory for calls of malloc() that come out of the process's heap itself: from functions that
// others have put in the place of the system's (src/heap/entry.h), from signal handlers, and from
// what the start calls. It is a fixed part of the program's data, in blocks of a few sizes.
//
// Any thread and any signal handler may call it at any moment, also between fork() and exec():
// there are no locks, and nothing is asked of the system.
#pragma once

#include <cstddef>

namespace Atoll::inner_supply {

// Not zeroed, at a multiple of 16 and of `alignment`, a power of two. Null: there is none left, or
// none so large.
void* allocate(std::size_t size, std::size_t alignment);

// False: `p`, any address, is no block in use of this supply.
bool release(void* p);

// Usable bytes of a block; 0: `p`, any address, is none.
std::size_t usable_size(const void* p);

}  // namespace Atoll::inner_supply
