// Pointers that another allocator handed out: the C library's own, which some code reaches past any
// replacement (libraries opened with RTLD_DEEPBIND, and what was allocated before this one was
// there).
//
// What is not the heap's is taken for the C library's, where that has its functions under other
// names too (glibc); elsewhere it is reported as corruption, and so is what glibc does not know
// either, by glibc itself.
#pragma once

#include <cstddef>

namespace Atoll::malloc_family {

// Whether the process's heap has no memory at `p`, which is not null. (malloc.cc; what follows is
// each platform's.)
bool is_foreign(const void* p);

// For the end of a process whose heap can give nothing any more. Null: no memory, or nothing is
// known that could.
void* allocate_foreign(std::size_t size);
void release_foreign(void* p);
void* reallocate_foreign(void* p, std::size_t size);
// 0: cannot be told.
std::size_t usable_size_of_foreign(void* p);

}  // namespace Atoll::malloc_family
