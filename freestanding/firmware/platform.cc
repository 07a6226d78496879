// The clock of a microcontroller with picolibc, which begins the program itself.

#include "freestanding/platform.h"

// The header of picolibc 1.8 lacks extern "C". (The clock() of that version counts nanoseconds, but
// CLOCKS_PER_SEC is 100.)
extern "C" {
#include <semihost.h>
}

namespace Atoll::freestanding {

std::uint64_t platform_nanoseconds() {
  constexpr std::uint64_t kHundredth = 10'000'000;
  return std::uint64_t{sys_semihost_clock()} * kHundredth;
}

}  // namespace Atoll::freestanding
