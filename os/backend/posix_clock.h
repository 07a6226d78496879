// The clock of systems that have POSIX's clock_gettime().
#pragma once

#include <time.h>

#include <cstdint>

namespace Atoll::os {

inline std::uint64_t posix_monotonic_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace Atoll::os
