// Internal names for functions of the C library that others of them call. They are the exported
// functions' very addresses: a tool that replaces the code there (Valgrind) does not know every
// name, and the functions that it does not replace must call those that it does.
#pragma once

#include <cstddef>

namespace Atoll::names {

// Defined in malloc_names.cc.
[[gnu::visibility("hidden")]] void free(void* p) noexcept asm("names_free");
[[gnu::visibility("hidden")]] void* realloc(void* p, std::size_t size) noexcept
    asm("names_realloc");
[[gnu::visibility("hidden")]] void* memalign(std::size_t alignment, std::size_t size) noexcept
    asm("names_memalign");

}  // namespace Atoll::names
