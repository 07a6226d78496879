// The clock of a Cortex-M with newlib. newlib's library for semihosting (rdimon) asks the host.

#include "freestanding/platform.h"

#include <ctime>

namespace Atoll::freestanding {

std::uint64_t platform_nanoseconds() {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  return static_cast<std::uint64_t>(std::clock()) * (kSecond / CLOCKS_PER_SEC);
}

}  // namespace Atoll::freestanding
