// Memory for inner calls: calls of malloc() from a thread that is inside the process's heap
// (src/heap/entry.h). They come from functions of other libraries that replace the system's, from
// signal handlers, and from functions that the heap's start calls. The memory is a fixed part of
// the program's data, in blocks of a few sizes.
//
// Any thread and any signal handler may call it at any moment, even between fork() and exec(): it
// takes no locks and makes no calls of the system.
#pragma once

#include <cstddef>

namespace Atoll::inner_supply {

// Not zeroed, at a multiple of 16 and of `alignment`, a power of two. Null: no block is left, or
// none is large enough.
void* allocate(std::size_t size, std::size_t alignment);

// `p` may be any address. False: it is not a block of this supply that is in use.
bool release(void* p);

// Usable bytes of a block. `p` may be any address; 0: it is not a block.
std::size_t usable_size(const void* p);

}  // namespace Atoll::inner_supply
