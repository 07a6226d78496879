// Calls of the Linux kernel on arm64. The numbers are those of every processor that came to Linux
// after 2012.
#pragma once

#include <cstdint>

namespace Atoll::freestanding {

enum class SystemCall : std::int64_t {
  kOpenat = 56,
  kClose = 57,
  kPipe2 = 59,
  kRead = 63,
  kWrite = 64,
  kExitGroup = 94,
  kFutex = 98,
  kClockGettime = 113,
  kSchedYield = 124,
  kBrk = 214,
  kMunmap = 215,
  kMmap = 222,
  kMprotect = 226,
  kMincore = 232,
  kMadvise = 233,
  kGetrandom = 278,
};

inline std::int64_t call_kernel(std::int64_t number, std::uint64_t a, std::uint64_t b,
                                std::uint64_t c, std::uint64_t d, std::uint64_t e,
                                std::uint64_t f) {
  register std::uint64_t x0 __asm("x0") = a;
  register std::uint64_t x1 __asm("x1") = b;
  register std::uint64_t x2 __asm("x2") = c;
  register std::uint64_t x3 __asm("x3") = d;
  register std::uint64_t x4 __asm("x4") = e;
  register std::uint64_t x5 __asm("x5") = f;
  register std::int64_t x8 __asm("x8") = number;
  __asm volatile("svc #0"
                 : "+r"(x0)
                 : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8)
                 : "memory", "cc");
  return static_cast<std::int64_t>(x0);
}

}  // namespace Atoll::freestanding

// The kernel begins a program with a stack and no frame to return to.
#define ATOLL_START(function)     \
  __asm(                          \
      ".text\n"                   \
      ".globl _start\n"           \
      ".type _start, %function\n" \
      "_start:\n"                 \
      "  mov x29, #0\n"           \
      "  mov x30, #0\n"           \
      "  mov x0, sp\n"            \
      "  bl " #function           \
      "\n"                        \
      "  brk #1\n")
