// Calls of the Linux kernel, without a library.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include "freestanding/linux/amd64.h"
#elif defined(__aarch64__)
#include "freestanding/linux/arm64.h"
#else
#error "freestanding/linux: another processor takes a file like amd64.h"
#endif

namespace Atoll::freestanding {

// What the kernel answers: -1 to -4095 are errors.
inline std::int64_t call_system(SystemCall number, std::uint64_t a = 0, std::uint64_t b = 0,
                                std::uint64_t c = 0, std::uint64_t d = 0, std::uint64_t e = 0,
                                std::uint64_t f = 0) {
  return call_kernel(static_cast<std::int64_t>(number), a, b, c, d, e, f);
}

inline std::uint64_t argument(const volatile void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}
inline std::uint64_t argument(std::int64_t number) { return static_cast<std::uint64_t>(number); }

}  // namespace Atoll::freestanding
