// The functions that atoll.dll exports under the C runtime's names (atoll.def renames them): all
// that take a pointer of malloc()'s, so that a program gets all of them from here. They behave as
// Microsoft's documentation says; errors are null, with errno.

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "src/malloc/foreign.h"
#include "src/malloc/malloc.h"

namespace family = Atoll::malloc_family;

extern "C" {

void* atoll_crt_malloc(std::size_t size) { return family::allocate(size); }
void* atoll_crt_calloc(std::size_t count, std::size_t size) {
  return family::allocate_zeroed(count, size);
}
void* atoll_crt_realloc(void* p, std::size_t size) { return family::reallocate(p, size); }
void atoll_crt_free(void* p) { family::release(p); }
std::size_t atoll_crt_msize(void* p) { return family::usable_size(p); }

// Resizes in place, or fails.
void* atoll_crt_expand(void* p, std::size_t size) {
  return p != nullptr && size <= family::usable_size(p) ? p : nullptr;
}

// Like realloc(), and zeroes the bytes that it adds. All usable bytes of the old object count as
// old.
void* atoll_crt_recalloc(void* p, std::size_t count, std::size_t size) {
  const std::size_t before = p == nullptr ? 0 : family::usable_size(p);
  void* const moved = family::reallocate_array(p, count, size);
  if (moved == nullptr) return nullptr;
  const std::size_t after = family::usable_size(moved);
  if (after > before) std::memset(static_cast<char*>(moved) + before, 0, after - before);
  return moved;
}

void* atoll_crt_aligned_malloc(std::size_t size, std::size_t alignment) {
  return family::allocate_aligned(alignment, size);
}

// The runtime puts a record of its own in front of a block that it aligns.
void atoll_crt_aligned_free(void* p) {
  if (p != nullptr && family::is_foreign(p)) {
    ::_aligned_free(p);
  } else {
    family::release(p);
  }
}

void* atoll_crt_aligned_realloc(void* p, std::size_t size, std::size_t alignment) {
  if (p == nullptr) return family::allocate_aligned(alignment, size);
  if (family::is_foreign(p)) return ::_aligned_realloc(p, size, alignment);
  if (size == 0) {
    family::release(p);
    return nullptr;
  }
  void* const moved = family::allocate_aligned(alignment, size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, p, std::min(size, family::usable_size(p)));
  family::release(p);
  return moved;
}

}  // extern "C"
