// The stack that the host's signal handlers run on.
#pragma once

#include <signal.h>

#include <array>
#include <cstddef>

namespace Atoll::hosts::trap {

// Room for a personality, and for the vector registers that the kernel saves there.
inline bool use_signal_stack() {
  static std::array<std::byte, 1 << 18> memory;
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  return ::sigaltstack(&stack, nullptr) == 0;
}

// As if nobody handled the signal: the instruction at fault runs again, and ends the process.
inline void decline(int signal) { ::signal(signal, SIG_DFL); }

}  // namespace Atoll::hosts::trap
