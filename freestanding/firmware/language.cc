// What the compiler and the C++ library's headers want of a library, over the C library's malloc().

#include <stdlib.h>

#include <new>
#include <string_view>

#include "freestanding/cxx/die.h"
#include "freestanding/platform.h"

namespace Atoll::freestanding {
namespace {

constexpr int kAborted = 134;  // what a shell says of a program that SIGABRT has ended

void write(std::string_view text) { platform_write(text.data(), text.size()); }

void* or_die(void* p) {
  if (p == nullptr) die("std::bad_alloc");
  return p;
}

}  // namespace

void die(std::string_view name, std::string_view detail) {
  write(name);
  if (!detail.empty()) write(": ");
  write(detail);
  write("\n");
  platform_exit(kAborted);
}

extern "C" {

void __cxa_pure_virtual() { die("pure virtual function called"); }
void __cxa_deleted_virtual() { die("deleted virtual function called"); }

void* __dso_handle = nullptr;

int __cxa_atexit(void (*destructor)(void*), void* object, void* module);
// ARM's name for it.
int __aeabi_atexit(void* object, void (*destructor)(void*), void* module) {
  return __cxa_atexit(destructor, object, module);
}

}  // extern "C"

}  // namespace Atoll::freestanding

namespace std {

const nothrow_t nothrow;

}  // namespace std

using Atoll::freestanding::or_die;

// malloc(0) may be null, and no object's address may be.
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
