// picolibc's malloc() over the fixed heap. The library's other functions for memory
// (posix_memalign(), strdup(), malloc_stats(), ...) call these. firmware_malloc.h is the contract.

#include <stdlib.h>
#include <sys/lock.h>

#include "src/malloc/firmware/over_fixed_inl.h"

extern "C" {

void atoll_fixed_enter() { __LIBC_LOCK(); }
void atoll_fixed_leave() { __LIBC_UNLOCK(); }

}  // extern "C"

namespace {

void* or_error(void* block, int error = ENOMEM) {
  if (block == nullptr) errno = error;
  return block;
}

}  // namespace

extern "C" {

void* malloc(size_t size) { return or_error(allocate(size)); }

void* calloc(size_t count, size_t size) { return or_error(allocate_zeroed(count, size)); }

void* realloc(void* block, size_t size) {
  if (size != 0) return or_error(reallocate(block, size));
  if (block == nullptr) return or_error(allocate(0));
  release(block);
  return nullptr;
}

void* memalign(size_t alignment, size_t size) {
  if (!is_alignment(alignment)) return or_error(nullptr, EINVAL);
  return or_error(allocate_aligned(alignment, size));
}

void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

void free(void* block) { release(block); }
void cfree(void* block) { release(block); }

size_t malloc_usable_size(void* block) { return usable_size(block); }

struct mallinfo mallinfo() { return information(); }

}  // extern "C"
