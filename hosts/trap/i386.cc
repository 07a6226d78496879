// No user program may cause these interrupts: the processor stops at the instruction with a general
// protection fault that tells the interrupt's number, and Linux makes it SIGSEGV. Nothing else has
// that error code. (int $0x80 is the host's own, and so cannot be a guest's.)
#include <signal.h>
#include <ucontext.h>

#include <cstdint>

#include "hosts/trap/fault.h"
#include "hosts/trap/signal_stack.h"
#include "hosts/trap/trap.h"

namespace Atoll::hosts::trap {
namespace {

constexpr greg_t kGeneralProtection = 13;
constexpr greg_t kInInterruptTable = 2;
constexpr greg_t kForbidden = 0x40 << 3 | kInInterruptTable;
constexpr greg_t kCarry = 1;
constexpr greg_t kDirection = 0x400;
constexpr Word kInstructionSize = 2;

// By the processor's numbering.
constexpr std::array<int, kGeneral> kPlaces = {REG_EAX, REG_ECX, REG_EDX, REG_EBX,
                                               REG_ESP, REG_EBP, REG_ESI, REG_EDI};

Handler guest_handler = nullptr;
const Registers* entry = nullptr;  // until the guest has begun

void on_signal(int signal, siginfo_t* info, void* context) {
  mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  if (signal != SIGSEGV || machine.gregs[REG_TRAPNO] != kGeneralProtection ||
      machine.gregs[REG_ERR] != kForbidden) {
    report_fault(signal, *info, static_cast<Word>(machine.gregs[REG_EIP]));
    return;
  }
  Registers registers;
  if (entry != nullptr) {
    registers = *entry;
    entry = nullptr;
  } else {
    for (std::size_t i = 0; i < kGeneral; ++i) {
      registers.general[i] = static_cast<Word>(machine.gregs[kPlaces[i]]);
    }
    registers.program_counter = static_cast<Word>(machine.gregs[REG_EIP]) + kInstructionSize;
    registers.immediate = 0x40;
    registers.carry = (machine.gregs[REG_EFL] & kCarry) != 0;
    guest_handler(registers);
  }
  for (std::size_t i = 0; i < kGeneral; ++i) {
    machine.gregs[kPlaces[i]] = static_cast<greg_t>(registers.general[i]);
  }
  machine.gregs[REG_EIP] = static_cast<greg_t>(registers.program_counter);
  machine.gregs[REG_EFL] &= ~(kCarry | kDirection);
  if (registers.carry) machine.gregs[REG_EFL] |= kCarry;
}

}  // namespace

bool install(std::span<const Range>, Handler handler) {
  guest_handler = handler;
  return use_signal_stack() && watch_faults(on_signal);
}

// With such an interrupt of our own, which is answered with the guest's first registers.
void enter(const Registers& registers) {
  entry = &registers;
  __asm volatile("int $0x40" : : : "memory");
  __builtin_trap();
}

}  // namespace Atoll::hosts::trap
