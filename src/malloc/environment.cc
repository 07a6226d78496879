#include "src/malloc/environment.h"

#include <cstdlib>

#if defined(__linux__)
#include <sys/auxv.h>
#include <unistd.h>

#include <cstdint>

// glibc's, which its loader sets before anything else runs: where the kernel put the arguments.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] void* __libc_stack_end;
#endif

namespace Atoll {

namespace {

#if defined(__linux__)
// Before the C library is initialised it does not know the environment. The kernel puts it behind
// the arguments: their number, pointers to them, a null pointer.
[[gnu::cold]] const char* from_kernel(std::string_view name) {
  if (&__libc_stack_end == nullptr || __libc_stack_end == nullptr) return nullptr;
  const auto* const start = static_cast<const char* const*>(__libc_stack_end);
  const auto count = reinterpret_cast<std::uintptr_t>(start[0]);
  const char* const* variable = start + 1 + count;
  if (*variable != nullptr) return nullptr;
  while (*++variable != nullptr) {
    const std::string_view text = *variable;
    if (text.starts_with(name) && text.substr(name.size()).starts_with('=')) {
      return *variable + name.size() + 1;
    }
  }
  return nullptr;
}

const char* find(const char* name) {
  if (::getauxval(AT_SECURE) != 0) return nullptr;
  return environ != nullptr ? std::getenv(name) : from_kernel(name);
}
#else
const char* find(const char* name) { return std::getenv(name); }
#endif

}  // namespace

std::string_view environment(const char* name) {
  const char* const value = find(name);
  return value != nullptr ? value : std::string_view();
}

}  // namespace Atoll
