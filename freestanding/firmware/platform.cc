// The platform of a microcontroller with picolibc, which begins the program. Semihosting is its
// console, its clock and its exit: calls to the emulator or debugger that runs it.

#include "freestanding/platform.h"

#include <unistd.h>

#include <cstdio>

// The header of picolibc 1.8 does not say that these are C's. (The clock() of that version counts
// nanoseconds, and CLOCKS_PER_SEC is 100.)
extern "C" {
#include <semihost.h>
}

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  (void)std::fwrite(text, 1, size, stdout);
  (void)std::fflush(stdout);
}

void platform_exit(int code) { _exit(code); }

std::uint64_t platform_nanoseconds() {
  constexpr std::uint64_t kHundredth = 10'000'000;
  return std::uint64_t{sys_semihost_clock()} * kHundredth;
}

}  // namespace Atoll::freestanding
