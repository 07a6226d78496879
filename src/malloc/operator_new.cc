// operator new and operator delete, in all their forms, over the malloc family: linked into a
// program, or preloaded. Any form may free what another has allocated, and so may free() if that is
// Atoll's as well.
//
// Throwing forms call the new-handler until there is memory, and throw std::bad_alloc if there is
// no handler. Where exceptions are off, and in a process without a C++ library, they write a line
// and abort instead. Forms with std::nothrow return null, even if the new-handler throws. An
// alignment that is not a power of two counts as out of memory at once. Memory is not zeroed.
//
// ATOLL_WEAK_CXX_LIBRARY: the code does not depend on the C++ library, so that preloading it into a
// C program does not load that library. When the code needs the library, it looks for it
// (elf/cxx_library.h): the program may be linked with it, or have opened it later.

#include <cstddef>
#include <new>

#include "os/base/bits.h"
#include "src/malloc/malloc.h"
#include "src/malloc/out_of_memory.h"

#if defined(ATOLL_WEAK_CXX_LIBRARY)
#include "src/malloc/elf/cxx_library.h"
#endif

namespace family = Atoll::malloc_family;

namespace Atoll {
namespace {

#if defined(ATOLL_WEAK_CXX_LIBRARY)

std::new_handler new_handler() { return loaded_new_handler(); }
void throw_bad_alloc() { throw_loaded_bad_alloc(); }

#else

std::new_handler new_handler() { return std::get_new_handler(); }
void throw_bad_alloc() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#endif
}

#endif

// Means malloc()'s alignment.
constexpr std::size_t kUsual = 0;

void* ask(std::size_t size, std::size_t alignment) {
  return alignment == kUsual ? family::allocate(size) : family::allocate_aligned(alignment, size);
}

// Null: no new-handler can make room. Exceptions of the new-handler pass through.
void* ask_until_no_handler(std::size_t size, std::size_t alignment) {
  for (;;) {
    if (void* const object = ask(size, alignment); object != nullptr) return object;
    if (alignment != kUsual && !is_power_of_two(alignment)) return nullptr;
    const std::new_handler handler = new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

[[gnu::noinline]] void* ask_or_throw(std::size_t size, std::size_t alignment) {
  void* const object = ask_until_no_handler(size, alignment);
  if (object != nullptr) return object;
  throw_bad_alloc();
  die_of_no_memory("operator new", size);
}

[[gnu::noinline]] void* ask_or_null(std::size_t size, std::size_t alignment) noexcept {
#if defined(__cpp_exceptions)
  try {
    return ask_until_no_handler(size, alignment);
  } catch (...) {
    return nullptr;
  }
#else
  return ask_until_no_handler(size, alignment);
#endif
}

// Most requests succeed at once.
inline void* allocate_or_throw(std::size_t size) {
  void* const object = family::allocate(size);
  return object != nullptr ? object : ask_or_throw(size, kUsual);
}

inline void* allocate_or_null(std::size_t size) noexcept {
  void* const object = family::allocate(size);
  return object != nullptr ? object : ask_or_null(size, kUsual);
}

std::size_t value(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace
}  // namespace Atoll

// The preloaded library exports them, whatever else it hides.
#if defined(__ELF__)
#define ATOLL_OPERATOR [[gnu::visibility("default")]]
#else
#define ATOLL_OPERATOR
#endif

ATOLL_OPERATOR void* operator new(std::size_t size) { return Atoll::allocate_or_throw(size); }
ATOLL_OPERATOR void* operator new[](std::size_t size) { return Atoll::allocate_or_throw(size); }
ATOLL_OPERATOR void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Atoll::allocate_or_null(size);
}
ATOLL_OPERATOR void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return Atoll::allocate_or_null(size);
}
ATOLL_OPERATOR void* operator new(std::size_t size, std::align_val_t alignment) {
  return Atoll::ask_or_throw(size, Atoll::value(alignment));
}
ATOLL_OPERATOR void* operator new[](std::size_t size, std::align_val_t alignment) {
  return Atoll::ask_or_throw(size, Atoll::value(alignment));
}
ATOLL_OPERATOR void* operator new(std::size_t size, std::align_val_t alignment,
                                  const std::nothrow_t&) noexcept {
  return Atoll::ask_or_null(size, Atoll::value(alignment));
}
ATOLL_OPERATOR void* operator new[](std::size_t size, std::align_val_t alignment,
                                    const std::nothrow_t&) noexcept {
  return Atoll::ask_or_null(size, Atoll::value(alignment));
}

// Sizes and alignments are the caller's promises, which the heap does not need.

ATOLL_OPERATOR void operator delete(void* p) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete[](void* p) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete(void* p, std::size_t) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete[](void* p, std::size_t) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete(void* p, std::align_val_t) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete[](void* p, std::align_val_t) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  family::release(p);
}
ATOLL_OPERATOR void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
  family::release(p);
}
ATOLL_OPERATOR void operator delete(void* p, const std::nothrow_t&) noexcept { family::release(p); }
ATOLL_OPERATOR void operator delete[](void* p, const std::nothrow_t&) noexcept {
  family::release(p);
}
ATOLL_OPERATOR void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept {
  family::release(p);
}
ATOLL_OPERATOR void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept {
  family::release(p);
}
