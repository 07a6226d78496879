// The C library's names. On these systems the loader binds a name to the first definition that it
// finds, which is the preloaded library's. malloc_more_names.cc has the names that call these.

#include <cstddef>

#include "src/malloc/fast_path.h"
#include "src/malloc/malloc.h"

#define ATOLL_EXPORT extern "C" [[gnu::visibility("default")]]

namespace family = Atoll::malloc_family;

// The parameters have other names than in the C library, whose names are reserved.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

ATOLL_EXPORT void* malloc(std::size_t size) noexcept { return family::allocate_fast(size); }
ATOLL_EXPORT void free(void* p) noexcept { family::release_fast(p); }
ATOLL_EXPORT void* calloc(std::size_t count, std::size_t size) noexcept {
  return family::allocate_zeroed(count, size);
}
ATOLL_EXPORT void* realloc(void* p, std::size_t size) noexcept {
  return family::reallocate(p, size);
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
ATOLL_EXPORT std::size_t malloc_usable_size(void* p) noexcept {
  return family::usable_size_fast(p);
}
ATOLL_EXPORT int malloc_trim(std::size_t /*pad*/) noexcept { return family::trim() ? 1 : 0; }

// NOLINTEND(readability-inconsistent-declaration-parameter-name)

// Other names for the same functions, at the same addresses. glibc has them for programs that wrap
// its malloc(). Old programs call cfree(), which has no declaration any more. A symbol without a
// version matches every version.
//
// They are in assembler, because GCC requires an alias to have all the attributes that the C
// library's headers give its target.

#define ATOLL_ALIAS(name, of) \
  __asm__(".type " name ", STT_FUNC\n.set " name ", " of "\n.globl " name "\n")
#define ATOLL_HIDDEN_ALIAS(name, of) \
  ATOLL_ALIAS(name, of);             \
  __asm__(".hidden " name "\n")

ATOLL_ALIAS("__libc_malloc", "malloc");
ATOLL_ALIAS("__libc_calloc", "calloc");
ATOLL_ALIAS("__libc_realloc", "realloc");
ATOLL_ALIAS("__libc_free", "free");
ATOLL_ALIAS("cfree", "free");
ATOLL_ALIAS("__libc_memalign", "memalign");
ATOLL_ALIAS("__posix_memalign", "posix_memalign");
ATOLL_ALIAS("__libc_valloc", "valloc");

ATOLL_HIDDEN_ALIAS("names_free", "free");
ATOLL_HIDDEN_ALIAS("names_realloc", "realloc");
ATOLL_HIDDEN_ALIAS("names_memalign", "memalign");
