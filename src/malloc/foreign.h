// Pointers that another allocator handed out. This is the C library's own, which libraries opened
// with RTLD_DEEPBIND call past any replacement, and which programs call before this library is
// loaded.
//
// A pointer that is not the heap's is taken for the C library's, if that has its functions under
// other names too (glibc); glibc itself then reports a pointer that it does not know. Elsewhere
// such a pointer is reported as corruption.
#pragma once

#include <cstddef>

namespace Atoll::malloc_family {

// Whether the process's heap has no memory at `p`, which is not null. (In malloc.cc; each platform
// has its own version of the functions below.)
bool is_foreign(const void* p);

// For the end of a process whose heap cannot allocate any more. Null: there is no memory, or no
// other allocator is known.
void* allocate_foreign(std::size_t size);
void release_foreign(void* p);
void* reallocate_foreign(void* p, std::size_t size);
// 0: the size is not known.
std::size_t usable_size_of_foreign(void* p);

}  // namespace Atoll::malloc_family
