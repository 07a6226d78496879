// Calls of the Linux kernel on amd64.
#pragma once

#include <cstdint>

namespace Atoll::freestanding {

enum class SystemCall : std::int64_t {
  kRead = 0,
  kWrite = 1,
  kMmap = 9,
  kMprotect = 10,
  kMunmap = 11,
  kPipe = 22,
  kMadvise = 28,
  kClockGettime = 228,
  kExitGroup = 231,
  kGetrandom = 318,
};

// What the kernel answers: -1 to -4095 are errors.
inline std::int64_t call_system(SystemCall number, std::uint64_t a = 0, std::uint64_t b = 0,
                                std::uint64_t c = 0, std::uint64_t d = 0, std::uint64_t e = 0,
                                std::uint64_t f = 0) {
  auto result = static_cast<std::int64_t>(number);
  register std::uint64_t r10 __asm("r10") = d;
  register std::uint64_t r8 __asm("r8") = e;
  register std::uint64_t r9 __asm("r9") = f;
  __asm volatile("syscall"
                 : "+a"(result)
                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
  return result;
}

inline std::uint64_t argument(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

}  // namespace Atoll::freestanding
