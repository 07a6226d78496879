// Defines the functions that compiled C++ calls, with memory from the C library's malloc().

#include <stdlib.h>

#include <cstddef>
#include <new>

#include "freestanding/cxx/die.h"

namespace Atoll::freestanding {
namespace {

void* or_die(void* p) {
  if (p == nullptr) die("std::bad_alloc");
  return p;
}

}  // namespace

extern "C" {

void* __dso_handle = nullptr;

int __cxa_atexit(void (*destructor)(void*), void* object, void* module);
// Code for ARM calls it by this name.
int __aeabi_atexit(void* object, void (*destructor)(void*), void* module) {
  return __cxa_atexit(destructor, object, module);
}

}  // extern "C"

}  // namespace Atoll::freestanding

namespace std {

const nothrow_t nothrow;

}  // namespace std

using Atoll::freestanding::or_die;

// malloc(0) may return null, but no object may have that address.
void* operator new(std::size_t size) { return or_die(malloc(size == 0 ? 1 : size)); }
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_die(::aligned_alloc(static_cast<std::size_t>(alignment), size == 0 ? 1 : size));
}
void operator delete(void* p) noexcept { free(p); }
void operator delete[](void* p) noexcept { free(p); }
void operator delete(void* p, std::size_t) noexcept { free(p); }
void operator delete[](void* p, std::size_t) noexcept { free(p); }
void operator delete(void* p, std::align_val_t) noexcept { free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { free(p); }
