// The C library's names, for programs of systems whose loader takes the first definition it finds:
// the preloaded library's.

#include <cstddef>

#include "src/malloc/fast_path.h"
#include "src/malloc/malloc.h"

#define ATOLL_EXPORT extern "C" [[gnu::visibility("default")]]

namespace family = Atoll::malloc_family;

// The parameters' names are not the C library's, which are reserved.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

ATOLL_EXPORT void* malloc(std::size_t size) noexcept { return family::allocate_fast(size); }
ATOLL_EXPORT void free(void* p) noexcept { family::release_fast(p); }
ATOLL_EXPORT void* calloc(std::size_t count, std::size_t size) noexcept {
  return family::allocate_zeroed(count, size);
}
ATOLL_EXPORT void* realloc(void* p, std::size_t size) noexcept {
  return family::reallocate(p, size);
}
ATOLL_EXPORT void* reallocarray(void* p, std::size_t count, std::size_t size) noexcept {
  return family::reallocate_array(p, count, size);
}
ATOLL_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return family::allocate_aligned(alignment, size);
}
ATOLL_EXPORT void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return family::allocate_aligned_at_least(alignment, size);
}
ATOLL_EXPORT int posix_memalign(void** result, std::size_t alignment, std::size_t size) noexcept {
  return family::allocate_aligned_into(result, alignment, size);
}
ATOLL_EXPORT void* valloc(std::size_t size) noexcept { return family::allocate_page_aligned(size); }
ATOLL_EXPORT void* pvalloc(std::size_t size) noexcept { return family::allocate_pages(size); }
ATOLL_EXPORT std::size_t malloc_usable_size(void* p) noexcept { return family::usable_size(p); }
ATOLL_EXPORT int malloc_trim(std::size_t /*pad*/) noexcept { return family::trim() ? 1 : 0; }

// C23. The size is the caller's promise, which the heap does not need.
ATOLL_EXPORT void free_sized(void* p, std::size_t /*size*/) noexcept { family::release(p); }
ATOLL_EXPORT void free_aligned_sized(void* p, std::size_t /*alignment*/,
                                     std::size_t /*size*/) noexcept {
  family::release(p);
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
