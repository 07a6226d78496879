// Processes that end on Windows: ExitProcess() first ends all other threads, wherever they are, and
// then notifies the libraries, which may free their memory.
#pragma once

#include "os/windows/system.h"

namespace Atoll::test {

// What `at_exit` ends the process with if it came that far.
inline constexpr DWORD kCameToItsEnd = 42;

// Runs the current test again as a process of its own, where `run` is called, and then what it
// leaves ends with ExitProcess(): a library's detach calls `at_exit`. The exit code, kCameToItsEnd
// if `at_exit` came to its own end; or STILL_ACTIVE if nothing ended within a minute.
DWORD exit_code_of_process(void (*run)(), void (*at_exit)());

}  // namespace Atoll::test
