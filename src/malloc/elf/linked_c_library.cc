// The C library's functions in a program that has the malloc family only under names of its own.
// Where Atoll replaces malloc(), c_library.cc is linked instead.
#include "src/malloc/elf/c_library.h"

extern "C" {
[[gnu::weak]] void libc_free(void* p) asm("__libc_free");
[[gnu::weak]] void* libc_realloc(void* p, std::size_t size) asm("__libc_realloc");
[[gnu::weak]] std::size_t libc_usable_size(void* p) asm("malloc_usable_size");
}

namespace Atoll::malloc_family {

[[gnu::weak]] CLibrary c_library() {
  return {.free = libc_free, .realloc = libc_realloc, .usable_size = libc_usable_size};
}

}  // namespace Atoll::malloc_family
