// Syscall User Dispatch: while the selector says "block", every `syscall` outside of one range of
// code becomes SIGSYS. The selector is switched by who runs, host or guest; the range is the few
// bytes that return from the signal, which have to run when the guest's turn has begun already.
// (The kernel compares the address behind the `syscall`.)
//
// The guest's text need not be known: what is the host's is known by the selector.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "hosts/trap/fault.h"
#include "hosts/trap/signal_stack.h"
#include "hosts/trap/trap.h"

extern "C" {
void atoll_trap_return();
extern const char atoll_trap_return_end[];
}

__asm(R"(
  .text
  .globl atoll_trap_return, atoll_trap_return_end
  .hidden atoll_trap_return, atoll_trap_return_end
  .type atoll_trap_return, @function
atoll_trap_return:
  movl $15, %eax
  syscall
  ud2
atoll_trap_return_end:
)");

namespace Atoll::hosts::trap {
namespace {

constexpr int kSetSyscallUserDispatch = 59;
constexpr int kDispatchOn = 1;
constexpr int kUserDispatchCode = 2;  // of the signal
constexpr std::uint8_t kHostRuns = 0;
constexpr std::uint8_t kGuestRuns = 1;

constexpr unsigned long kOwnReturn = 0x04000000;
constexpr greg_t kCarry = 1;
constexpr greg_t kDirection = 0x400;

// REG_RAX and so on by the processor's numbering.
constexpr std::array<int, kGeneral> kPlaces = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

// As the kernel takes it; libc's has no way to say how to return.
struct KernelAction {
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};

volatile std::uint8_t selector = kHostRuns;
Handler guest_handler = nullptr;
const Registers* entry = nullptr;  // until the guest has begun

void on_signal(int signal, siginfo_t* info, void* context) {
  selector = kHostRuns;
  if (signal != SIGSYS || info->si_code != kUserDispatchCode) {
    const mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
    report_fault(signal, *info, static_cast<Word>(machine.gregs[REG_RIP]));
    return;
  }
  mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  Registers registers;
  for (std::size_t i = 0; i < kGeneral; ++i) {
    registers.general[i] = static_cast<Word>(machine.gregs[kPlaces[i]]);
  }
  registers.program_counter = static_cast<Word>(machine.gregs[REG_RIP]);
  registers.carry = (machine.gregs[REG_EFL] & kCarry) != 0;
  if (entry != nullptr) {
    registers = *entry;
    entry = nullptr;
  } else {
    guest_handler(registers);
  }
  for (std::size_t i = 0; i < kGeneral; ++i) {
    machine.gregs[kPlaces[i]] = static_cast<greg_t>(registers.general[i]);
  }
  machine.gregs[REG_RIP] = static_cast<greg_t>(registers.program_counter);
  machine.gregs[REG_EFL] &= ~(kCarry | kDirection);
  if (registers.carry) machine.gregs[REG_EFL] |= kCarry;
  selector = kGuestRuns;
}

}  // namespace

bool install(std::span<const Range>, Handler handler) {
  guest_handler = handler;
  const KernelAction action = {on_signal, SA_SIGINFO | SA_ONSTACK | kOwnReturn, atoll_trap_return,
                               0};
  if (!use_signal_stack() ||
      ::syscall(SYS_rt_sigaction, SIGSYS, &action, nullptr, sizeof action.mask) != 0 ||
      !watch_faults(on_signal)) {
    return false;
  }
  const auto first = reinterpret_cast<std::uintptr_t>(&atoll_trap_return);
  const auto end = reinterpret_cast<std::uintptr_t>(&atoll_trap_return_end);
  return ::prctl(kSetSyscallUserDispatch, kDispatchOn, first, end - first, &selector) == 0;
}

// With a call of our own, which is answered with the guest's first registers.
void enter(const Registers& registers) {
  entry = &registers;
  selector = kGuestRuns;
  __asm volatile("syscall" : : "a"(0) : "rcx", "r11", "memory");
  __builtin_trap();
}

}  // namespace Atoll::hosts::trap
