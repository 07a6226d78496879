// The C library's names that lead to others of them. They do so by the others' very addresses:
// tools that take over what stands there (Valgrind) know not all names, and who takes over one must
// have taken over whatever it is made of.
#pragma once

#include <cstddef>

namespace Atoll::names {

// malloc_names.cc: at the address of the functions that are called so.
[[gnu::visibility("hidden")]] void free(void* p) noexcept asm("names_free");
[[gnu::visibility("hidden")]] void* realloc(void* p, std::size_t size) noexcept
    asm("names_realloc");
[[gnu::visibility("hidden")]] void* memalign(std::size_t alignment, std::size_t size) noexcept
    asm("names_memalign");

}  // namespace Atoll::names
