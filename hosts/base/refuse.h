// How a host ends a program that it cannot run, or not any further: with one line on standard
// error, and with an exit code of the host's own, which nobody takes for the program's.
#pragma once

namespace Atoll::hosts {

inline constexpr int kRefused = 125;

// Writes "atoll-host: ..." to standard error and ends the process at once, so that no code of the
// guest runs any more.
[[noreturn, gnu::format(printf, 1, 2)]] void refuse(const char* format, ...);

}  // namespace Atoll::hosts
