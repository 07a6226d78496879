// A signal that is no system call: says so, in one line on standard error, before the guest dies of
// it as it would without us.
#pragma once

#include <signal.h>

#include "hosts/trap/trap.h"

namespace Atoll::hosts::trap {

// "atoll-host: SIGSEGV at pc 0x..., address 0x...", and then as if nobody handled the signal: the
// instruction at fault runs again, and ends the process. In a signal handler, with the host's own
// system calls allowed.
void report_fault(int signal, const siginfo_t& info, Word program_counter);

// Calls `handler` for every other signal that a program can cause itself.
bool watch_faults(void (*handler)(int, siginfo_t*, void*));

}  // namespace Atoll::hosts::trap
