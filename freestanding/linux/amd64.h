// Calls of the Linux kernel on amd64.
#pragma once

#include <cstdint>

namespace Atoll::freestanding {

enum class SystemCall : std::int64_t {
  kRead = 0,
  kWrite = 1,
  kClose = 3,
  kMmap = 9,
  kMprotect = 10,
  kMunmap = 11,
  kBrk = 12,
  kSchedYield = 24,
  kMincore = 27,
  kMadvise = 28,
  kFutex = 202,
  kClockGettime = 228,
  kExitGroup = 231,
  kOpenat = 257,
  kPipe2 = 293,
  kGetrandom = 318,
};

inline std::int64_t call_kernel(std::int64_t number, std::uint64_t a, std::uint64_t b,
                                std::uint64_t c, std::uint64_t d, std::uint64_t e,
                                std::uint64_t f) {
  std::int64_t result = number;
  register std::uint64_t r10 __asm("r10") = d;
  register std::uint64_t r8 __asm("r8") = e;
  register std::uint64_t r9 __asm("r9") = f;
  __asm volatile("syscall"
                 : "+a"(result)
                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
  return result;
}

}  // namespace Atoll::freestanding

// The kernel begins a program with a stack and no frame to return to.
#define ATOLL_START(function)     \
  __asm(                          \
      ".text\n"                   \
      ".globl _start\n"           \
      ".type _start, @function\n" \
      "_start:\n"                 \
      "  xorl %ebp, %ebp\n"       \
      "  movq %rsp, %rdi\n"       \
      "  andq $-16, %rsp\n"       \
      "  call " #function         \
      "\n"                        \
      "  ud2\n")
