// The sizes of goroutine stacks: the part that the operating system needs, the smallest stack, the
// number of cached sizes, and the place of the guard.
#pragma once

#include <bit>
#include <cstdint>

#include "src/port/ports.h"

namespace Atoll::port {

inline constexpr std::uint64_t kStackMin = 2048;         // the least a Go function may count on
inline constexpr std::uint64_t kStackCacheSize = 32768;  // per thread and order; also a pool span
inline constexpr std::uint64_t kStackSmall = 128;        // frames up to this check the guard only
inline constexpr std::uint64_t kStackBig = 4096;         // frames above this check for wrap-around

namespace formula {

// Bytes added to every stack for code of the system that runs on a goroutine's stack without a
// check of its size: exception handlers on windows, note handlers on plan9, signal handlers on the
// iPhone (which was darwin/arm* until release 1.15 and ios/arm64 afterwards).
constexpr std::uint64_t stack_system(const Port& port) {
  if (port.is(Goos::kPlan9)) return 512;
  if (port.is(Goos::kWindows)) {
    return port.since(Release::k1_22) ? 4096 : std::uint64_t{512} * pointer_size(port.goarch);
  }
  const bool phone = port.since(Release::k1_16) ? port.is(Goos::kIos, Goarch::kArm64)
                                                : port.is(Goos::kDarwin, Goarch::kArm) ||
                                                      port.is(Goos::kDarwin, Goarch::kArm64);
  return phone ? 1024 : 0;
}

// The smallest stack that is ever allocated. Stack sizes are powers of two.
constexpr std::uint64_t fixed_stack(const Port& port) {
  return std::bit_ceil(kStackMin + stack_system(port));
}

// Nominal number of cached sizes FixedStack << order. Where FixedStack is larger there are fewer,
// so that 16 KiB stays the largest cached stack. Nobody adapted it when windows/386 went from 4 KiB
// to 8 KiB in release 1.22: its last order cannot be used.
constexpr unsigned num_stack_orders(const Port& port) {
  if (port.is(Goos::kPlan9)) return 3;
  if (port.is(Goos::kWindows)) return 4 - pointer_size(port.goarch) / 4;
  return 4;
}

// A factor on the guard for builds whose frames are larger than usual.
constexpr unsigned stack_guard_multiplier(const Port& port) {
  const unsigned aix = port.is(Goos::kAix) ? 1 : 0;
  const unsigned race = port.race ? 1 : 0;
  const unsigned openbsd = port.is(Goos::kOpenbsd) ? 1 : 0;
  if (port.since(Release::k1_24)) return 1 + aix + openbsd + race;
  if (port.since(Release::k1_20)) return 1 + aix + race;
  if (port.since(Release::k1_12)) return 1 + aix;
  return 1;
}

// Bytes that a chain of functions without stack checks may use below the guard (StackLimit, from
// release 1.21 StackNosplit).
constexpr std::uint64_t stack_limit(const Port& port) {
  const std::uint64_t multiplier = stack_guard_multiplier(port);
  if (port.since(Release::k1_21)) return 800 * multiplier;
  if (port.since(Release::k1_15)) return 928 * multiplier - kStackSmall;
  if (port.since(Release::k1_14)) return 896 * multiplier - kStackSmall;
  return 880 * multiplier - kStackSmall;
}

// Distance of the stack guard from the bottom of the stack.
[[gnu::cold]] constexpr std::uint64_t stack_guard(const Port& port) {
  return stack_limit(port) + stack_system(port) + kStackSmall;
}

// Size of the scheduler's own stack, where the runtime allocates it itself.
constexpr std::uint64_t g0_stack_size(const Port& port) {
  const std::uint64_t base = port.since(Release::k1_21) ? 16384 : 8192;
  return base * stack_guard_multiplier(port);
}

}  // namespace formula
}  // namespace Atoll::port
