// For programs whose malloc functions are Atoll's by name: it finds the C library's functions by
// their library.

#include "src/malloc/elf/c_library.h"

#include <atomic>

#include "src/malloc/elf/loaded.h"

namespace Atoll::malloc_family {
namespace {

template <typename Function>
[[gnu::cold]] Function* look_for(std::atomic<Function*>& known, std::string_view name) {
  // libc.so.6, or another C library's libc.so or libc.musl-x86_64.so.1.
  auto* const found = reinterpret_cast<Function*>(find_loaded_function("libc.", name));
  known.store(found, std::memory_order_relaxed);
  return found;
}

// The C library stays, so it need not be looked for again.
template <typename Function>
Function* find(std::atomic<Function*>& known, std::string_view name) {
  Function* const function = known.load(std::memory_order_relaxed);
  return function != nullptr ? function : look_for(known, name);
}

constinit std::atomic<void (*)(void*)> free_of_it{nullptr};
constinit std::atomic<void* (*)(void*, std::size_t)> realloc_of_it{nullptr};
constinit std::atomic<std::size_t (*)(void*)> usable_size_of_it{nullptr};

}  // namespace

CLibrary c_library() {
  return {.free = find(free_of_it, "free"),
          .realloc = find(realloc_of_it, "realloc"),
          .usable_size = find(usable_size_of_it, "malloc_usable_size")};
}

}  // namespace Atoll::malloc_family
