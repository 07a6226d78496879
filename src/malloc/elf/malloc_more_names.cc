// Names of the C library that a tool may not replace although it replaces malloc() and free(). They
// call functions that such tools do replace (names.h).

#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "src/malloc/elf/names.h"

#define ATOLL_EXPORT extern "C" [[gnu::visibility("default")]]

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

ATOLL_EXPORT void* reallocarray(void* p, std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (!__builtin_mul_overflow(count, size, &bytes)) return Atoll::names::realloc(p, bytes);
  errno = ENOMEM;
  return nullptr;
}

ATOLL_EXPORT void* pvalloc(std::size_t size) noexcept {
  const auto page = static_cast<std::size_t>(::getpagesize());
  const std::size_t whole = size + page - 1;
  if (whole >= size) {
    return Atoll::names::memalign(page, size == 0 ? page : whole / page * page);
  }
  errno = ENOMEM;
  return nullptr;
}
// An alias like those in malloc_names.cc.
__asm__(".type __libc_pvalloc, STT_FUNC\n.set __libc_pvalloc, pvalloc\n.globl __libc_pvalloc\n");

// C23. The size is the caller's promise, which the heap does not need.
ATOLL_EXPORT void free_sized(void* p, std::size_t /*size*/) noexcept { Atoll::names::free(p); }
ATOLL_EXPORT void free_aligned_sized(void* p, std::size_t /*alignment*/,
                                     std::size_t /*size*/) noexcept {
  Atoll::names::free(p);
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
