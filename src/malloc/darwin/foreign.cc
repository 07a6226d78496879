// Pointers of libSystem's zones: from allocations before this library was loaded, and from calls
// that name a zone.

#include "src/malloc/foreign.h"

#include "src/malloc/darwin/system_malloc.h"

namespace Atoll::malloc_family {

// Not needed: these systems end all threads at once.
void* allocate_foreign(std::size_t /*size*/) { return nullptr; }

void release_foreign(void* p) { darwin::system_free(p); }
void* reallocate_foreign(void* p, std::size_t size) { return darwin::system_realloc(p, size); }
std::size_t usable_size_of_foreign(void* p) { return darwin::system_malloc_size(p); }

}  // namespace Atoll::malloc_family
