// Pointers of the C runtime: its functions allocate for their callers (_strdup, getcwd), and so do
// libraries that are linked with it. A pointer that is not the heap's counts as the runtime's.
//
// This is the runtime that this code is linked with. Other runtimes in the process have heaps of
// their own, and a block must go back to the runtime that it came from, as always on Windows.

#include "src/malloc/foreign.h"

#include <malloc.h>

#include <cstdlib>

namespace Atoll::malloc_family {

void* allocate_foreign(std::size_t size) { return std::malloc(size); }
void release_foreign(void* p) { std::free(p); }
void* reallocate_foreign(void* p, std::size_t size) { return std::realloc(p, size); }
std::size_t usable_size_of_foreign(void* p) { return ::_msize(p); }

}  // namespace Atoll::malloc_family
