// newlib's malloc() over the fixed heap, for newlib and newlib-nano. malloc() and its kin call
// these functions, and so does the rest of the library. firmware_malloc.h is the contract.

#include <reent.h>
#include <stdio.h>

#include "src/malloc/firmware/over_fixed_inl.h"

extern "C" {

void atoll_fixed_enter() { __malloc_lock(_REENT); }
void atoll_fixed_leave() { __malloc_unlock(_REENT); }

}  // extern "C"

namespace {

void* or_error(void* block, struct _reent* reent, int error = ENOMEM) {
  if (block == nullptr) reent->_errno = error;
  return block;
}

}  // namespace

extern "C" {

void* _malloc_r(struct _reent* reent, size_t size) { return or_error(allocate(size), reent); }

void* _calloc_r(struct _reent* reent, size_t count, size_t size) {
  return or_error(allocate_zeroed(count, size), reent);
}

void* _realloc_r(struct _reent* reent, void* block, size_t size) {
  return or_error(reallocate(block, size == 0 ? 1 : size), reent);
}

void* _memalign_r(struct _reent* reent, size_t alignment, size_t size) {
  if (!is_alignment(alignment)) return or_error(nullptr, reent, EINVAL);
  return or_error(allocate_aligned(alignment, size), reent);
}

// newlib 3.3 has no posix_memalign(), and its aligned_alloc() calls that.
void* aligned_alloc(size_t alignment, size_t size) { return _memalign_r(_REENT, alignment, size); }

int posix_memalign(void** result, size_t alignment, size_t size) {
  if (!is_alignment(alignment) || alignment % sizeof(void*) != 0) return EINVAL;
  void* const block = allocate_aligned(alignment, size);
  if (block == nullptr) return ENOMEM;
  *result = block;
  return 0;
}

void _free_r(struct _reent*, void* block) { release(block); }

size_t _malloc_usable_size_r(struct _reent*, void* block) { return usable_size(block); }

struct mallinfo _mallinfo_r(struct _reent*) { return information(); }

int _malloc_trim_r(struct _reent*, size_t) { return 0; }

int _mallopt_r(struct _reent*, int, int) { return 0; }

void _malloc_stats_r(struct _reent* reent) {
  const struct mallinfo now = information();
  const auto number = [](size_t n) { return static_cast<unsigned long>(n); };
  _fiprintf_r(reent, _stderr_r(reent), "max system bytes = %10lu\n", number(now.arena));
  _fiprintf_r(reent, _stderr_r(reent), "system bytes     = %10lu\n", number(now.arena));
  _fiprintf_r(reent, _stderr_r(reent), "in use bytes     = %10lu\n", number(now.uordblks));
}

}  // extern "C"
