#include "hosts/trap/fault.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "hosts/trap/signal_stack.h"

namespace Atoll::hosts::trap {

void report_fault(int signal, const siginfo_t& info, Word program_counter) {
  char line[160];
  const int size =
      std::snprintf(line, sizeof line, "atoll-host: SIG%s at pc %#llx, address %#llx\n",
                    ::sigabbrev_np(signal), static_cast<unsigned long long>(program_counter),
                    static_cast<unsigned long long>(reinterpret_cast<Word>(info.si_addr)));
  [[maybe_unused]] const auto written =
      ::write(STDERR_FILENO, line, static_cast<std::size_t>(size));
  decline(signal);
}

bool watch_faults(void (*handler)(int, siginfo_t*, void*)) {
  constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  struct sigaction action{};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  bool is_done = true;
  for (const int signal : kSignals) {
    struct sigaction present{};
    is_done = is_done && ::sigaction(signal, nullptr, &present) == 0;
    if (present.sa_handler != SIG_DFL) continue;
    is_done = is_done && ::sigaction(signal, &action, nullptr) == 0;
  }
  return is_done;
}

}  // namespace Atoll::hosts::trap
