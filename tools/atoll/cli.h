// The command line: finds the command, runs it, and prints its report or an error.
#pragma once

namespace Atoll::tool {

inline constexpr int kExitOk = 0;
inline constexpr int kExitCheckFailed = 1;
inline constexpr int kExitUsage = 2;          // and any other error without an answer
inline constexpr int kExitInterrupted = 130;  // as a shell has it

int run_command_line(int argc, const char* const* argv);

}  // namespace Atoll::tool
