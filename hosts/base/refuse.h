// How a host ends a program it cannot go on with: one line on standard error, and an exit code of
// its own, so that nobody takes it for the program's.
#pragma once

namespace Atoll::hosts {

inline constexpr int kRefused = 125;

// "atoll-host: ..." on standard error. Ends the process at once: nothing of the guest runs any
// more.
[[noreturn, gnu::format(printf, 1, 2)]] void refuse(const char* format, ...);

}  // namespace Atoll::hosts
