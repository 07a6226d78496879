// free() or realloc() of what malloc() never returned.
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "src/malloc/atoll.h"
#include "tests/misuse/cases.h"

namespace misuse {
namespace {

// In zeros the C library finds no header of its own.
alignas(64) std::array<char, 4096> static_data{};
alignas(64) const std::array<char, 4096> constant_data{};
thread_local std::array<char, 4096> thread_data{};

template <typename Function>
Function of_library(const char* name) {
  void* const found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) _exit(97);
  return reinterpret_cast<Function>(found);
}

void map_and_free(int flags, int file) {
  void* const p = mmap(nullptr, 1 << 16, PROT_READ | PROT_WRITE, flags, file, 0);
  if (p == MAP_FAILED) _exit(99);
  release(static_cast<char*>(p) + 4096);
}

void of_file() {
  const int file = memfd_create("misuse", 0);
  if (file < 0 || ftruncate(file, 1 << 16) != 0) _exit(99);
  map_and_free(MAP_SHARED, file);
}

atoll_heap* other_heap() {
  atoll_heap* const heap =
      of_library<decltype(&atoll_heap_create)>("atoll_heap_create")(nullptr, nullptr, 0);
  if (heap == nullptr) _exit(99);
  return heap;
}

constexpr std::array<Case, 24> kCases = {{
    {"inside_16", "16 bytes behind the beginning of an object",
     [] { release(block(kSmall) + 16); }},
    {"inside_1", "1 byte behind the beginning of an object", [] { release(block(kSmall) + 1); }},
    {"inside_large", "a page behind the beginning of a block of 300,000 bytes",
     [] { release(block(kLarge) + 4096); }},
    {"before", "16 bytes before an object",
     [] {
       block(kSmall);
       release(block(kSmall) - 16);
     }},
    {"before_large", "16 bytes before a block of 300,000 bytes",
     [] { release(block(kLarge) - 16); }},
    {"behind", "the place behind an object, which nobody has allocated",
     [] {
       char* const p = block(kSmall);
       release(p + malloc_usable_size(p));
     }},
    {"behind_large", "the end of a block of 300,000 bytes",
     [] {
       char* const p = block(kLarge);
       release(p + malloc_usable_size(p));
     }},
    {"never_allocated", "memory of the heap that was never handed out",
     [] { release(block(kSmall) + (std::size_t{32} << 20)); }},
    {"stack", "a variable of a function",
     [] {
       std::array<char, 4096> local{};
       release(hidden(local.data()) + 1024);
     }},
    {"static_data", "a variable of the program", [] { release(&static_data[1024]); }},
    {"constant_data", "a constant of the program",
     [] { release(const_cast<char*>(&constant_data[1024])); }},
    {"thread_data", "a variable of a thread", [] { release(&thread_data[1024]); }},
    {"code", "a function", [] { release(reinterpret_cast<void*>(&of_file)); }},
    {"argument", "a text of the environment", [] { release(getenv("MISUSE_TEXT")); }},
    {"mapped_file", "a mapped file", &of_file},
    {"mapped_memory", "memory of mmap()", [] { map_and_free(MAP_PRIVATE | MAP_ANONYMOUS, -1); }},
    {"integer", "the number 4096", [] { release(reinterpret_cast<void*>(std::uintptr_t{4096})); }},
    {"no_address", "a number that no address can be",
     [] { release(reinterpret_cast<void*>(std::uintptr_t{0xdead'beef'dead'bee0})); }},
    {"other_heap", "an object of another heap, which has its own free",
     [] {
       release(of_library<decltype(&atoll_heap_malloc)>("atoll_heap_malloc")(other_heap(), kSmall));
     }},
    {"to_other_heap", "an object of malloc(), freed in another heap",
     [] {
       of_library<decltype(&atoll_heap_free)>("atoll_heap_free")(other_heap(), block(kSmall));
     }},
    {"realloc_inside", "realloc() of a pointer inside of an object",
     [] { hidden(std::realloc(hidden(block(kSmall) + 16), 5000)); }},
    {"realloc_inside_large", "realloc() of a pointer inside of a block of 300,000 bytes",
     [] { hidden(std::realloc(hidden(block(kLarge) + 4096), 5000)); }},
    {"realloc_stack", "realloc() of a variable of a function",
     [] {
       std::array<char, 4096> local{};
       hidden(std::realloc(hidden(local.data()) + 1024, 5000));
     }},
    {"realloc_behind_large", "realloc() of the end of a block of 300,000 bytes",
     [] {
       char* const p = block(kLarge);
       hidden(std::realloc(hidden(p + malloc_usable_size(p)), 5000));
     }},
}};

}  // namespace

std::span<const Case> wrong_pointers() { return kCases; }

}  // namespace misuse
