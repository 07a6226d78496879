// An object is freed by another function, or with another size or alignment, than it was allocated
// with; or is asked about when it is free.
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <new>

#include "tests/misuse/cases.h"

namespace misuse {
namespace {

template <typename Function>
Function of_library(const char* name) {
  void* const found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) _exit(97);
  return reinterpret_cast<Function>(found);
}

void free_sized(void* p, std::size_t size) {
  of_library<void (*)(void*, std::size_t)>("free_sized")(p, size);
}
void free_aligned_sized(void* p, std::size_t alignment, std::size_t size) {
  of_library<void (*)(void*, std::size_t, std::size_t)>("free_aligned_sized")(p, alignment, size);
}

constexpr std::array<Case, 17> kCases = {{
    {"free_sized_small", "free_sized() with half the size", [] { free_sized(block(200), kSmall); }},
    {"free_sized_large", "free_sized() of an object of 100 bytes with 300,000",
     [] { free_sized(block(kSmall), kLarge); }},
    {"free_sized_of_large", "free_sized() of a block of 300,000 bytes with 100",
     [] { free_sized(block(kLarge), kSmall); }},
    {"free_aligned_sized", "free_aligned_sized() with a larger alignment",
     [] { free_aligned_sized(aligned_alloc(64, 128), 4096, 128); }},
    {"sized_delete", "sized delete with half the size",
     [] { ::operator delete(hidden(::operator new(200)), kSmall); }},
    {"sized_delete_large", "sized delete of 100 bytes with 300,000",
     [] { ::operator delete(hidden(::operator new(kSmall)), kLarge); }},
    {"new_array_delete", "new[] and delete", [] { delete hidden(new int[100]); }},
    {"new_delete_array", "new and delete[]", [] { delete[] hidden(new int(1)); }},
    {"malloc_delete", "malloc() and delete", [] { ::operator delete(block(kSmall)); }},
    {"new_free", "new and free()", [] { release(::operator new(kSmall)); }},
    {"aligned_new_delete", "aligned new and delete without an alignment",
     [] { ::operator delete(hidden(::operator new(128, std::align_val_t{64}))); }},
    {"new_aligned_delete", "new and delete with an alignment",
     [] { ::operator delete(hidden(::operator new(128)), std::align_val_t{64}); }},
    {"new_array_with_size", "new[] of objects with destructors, and free() of the first object",
     [] {
       struct Counted {
         std::uint64_t value = 0;
         ~Counted() { asm volatile(""); }
       };
       release(new Counted[10]);
     }},
    {"realloc_freed", "realloc() of a freed object",
     [] {
       char* const p = block(kSmall);
       release(p);
       hidden(std::realloc(hidden(p), 5000));
     }},
    {"realloc_freed_same", "realloc() of a freed object to the same size",
     [] {
       char* const p = block(kSmall);
       release(p);
       hidden(std::realloc(hidden(p), kSmall));
     }},
    {"realloc_freed_large", "realloc() of a freed block of 300,000 bytes",
     [] {
       char* const p = block(kLarge);
       release(p);
       hidden(std::realloc(hidden(p), kLarge));
     }},
    {"usable_size_freed", "malloc_usable_size() of a freed object",
     [] {
       char* const p = block(kSmall);
       release(p);
       [[maybe_unused]] const volatile std::size_t size = malloc_usable_size(hidden(p));
     }},
}};

}  // namespace

std::span<const Case> mismatches() { return kCases; }

}  // namespace misuse
