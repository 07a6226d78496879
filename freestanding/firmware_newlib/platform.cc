// The platform of a Cortex-M with newlib, whose library for semihosting (rdimon) is its console,
// its clock and its exit.

#include "freestanding/platform.h"

#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  (void)std::fwrite(text, 1, size, stdout);
  (void)std::fflush(stdout);
}

void platform_exit(int code) { _exit(code); }

std::uint64_t platform_nanoseconds() {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  return static_cast<std::uint64_t>(std::clock()) * (kSecond / CLOCKS_PER_SEC);
}

}  // namespace Atoll::freestanding
