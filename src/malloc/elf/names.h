// Names of the C library whose functions call other names of it. They call these at the exported
// addresses: tools that replace the code at these addresses (Valgrind) do not know all names, and a
// tool that replaces one function must also replace those that it calls.
#pragma once

#include <cstddef>

namespace Atoll::names {

// In malloc_names.cc, at the addresses of the functions with these names.
[[gnu::visibility("hidden")]] void free(void* p) noexcept asm("names_free");
[[gnu::visibility("hidden")]] void* realloc(void* p, std::size_t size) noexcept
    asm("names_realloc");
[[gnu::visibility("hidden")]] void* memalign(std::size_t alignment, std::size_t size) noexcept
    asm("names_memalign");

}  // namespace Atoll::names
