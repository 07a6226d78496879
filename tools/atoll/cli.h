// The command line: finds the command, runs it, prints its report or what is wrong.
#pragma once

namespace Atoll::tool {

inline constexpr int kExitOk = 0;
inline constexpr int kExitCheckFailed = 1;
inline constexpr int kExitUsage = 2;          // and whatever else kept the answer from being given
inline constexpr int kExitInterrupted = 130;  // as a shell tells it

int run_command_line(int argc, const char* const* argv);

}  // namespace Atoll::tool
