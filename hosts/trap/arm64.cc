// There is no way to ask the kernel, and QEMU would take `svc` for a Linux call: so before the
// guest runs, every `svc #n` in its text becomes `brk #n`, which is SIGTRAP. The places are
// remembered, to tell them from the guest's own `brk`.
#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "hosts/trap/signal_stack.h"
#include "hosts/trap/trap.h"

namespace Atoll::hosts::trap {
namespace {

constexpr std::uint32_t kImmediate = 0xffff << 5;
constexpr std::uint32_t kSvc = 0xd400'0001;
constexpr std::uint32_t kBrk = 0xd420'0000;
constexpr std::uint64_t kCarry = std::uint64_t{1} << 29;

Handler guest_handler = nullptr;
const Registers* entry = nullptr;  // until the guest has begun

std::vector<Word>& calls() {
  static std::vector<Word> addresses;  // sorted
  return addresses;
}

void on_signal(int signal, siginfo_t*, void* context) {
  mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  Registers registers;
  if (entry != nullptr) {
    registers = *entry;
    entry = nullptr;
  } else if (std::binary_search(calls().begin(), calls().end(), machine.pc)) {
    std::uint32_t instruction = 0;
    std::memcpy(&instruction, Address(machine.pc).pointer(), sizeof instruction);
    std::copy(std::begin(machine.regs), std::end(machine.regs), registers.general.begin());
    registers.general[kStackPointer] = machine.sp;
    registers.program_counter = machine.pc + sizeof instruction;
    registers.immediate = (instruction & kImmediate) >> 5;
    registers.carry = (machine.pstate & kCarry) != 0;
    guest_handler(registers);
  } else {
    decline(signal);
    return;
  }
  std::copy_n(registers.general.begin(), std::size(machine.regs), std::begin(machine.regs));
  machine.sp = registers.general[kStackPointer];
  machine.pc = registers.program_counter;
  machine.pstate = (machine.pstate & ~kCarry) | (registers.carry ? kCarry : 0);
}

void rewrite(Range text) {
  auto* const first = static_cast<char*>(text.base.aligned_up(4).pointer());
  auto* const end = static_cast<char*>(text.end().pointer());
  for (char* place = first; end - place >= 4; place += 4) {
    std::uint32_t instruction = 0;
    std::memcpy(&instruction, place, sizeof instruction);
    if ((instruction & ~kImmediate) != kSvc) continue;
    instruction = kBrk | (instruction & kImmediate);
    std::memcpy(place, &instruction, sizeof instruction);
    calls().push_back(reinterpret_cast<Word>(place));
  }
  __builtin___clear_cache(first, end);
}

}  // namespace

bool install(std::span<const Range> text, Handler handler) {
  guest_handler = handler;
  for (const Range& range : text) rewrite(range);
  std::sort(calls().begin(), calls().end());
  struct sigaction action{};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  return use_signal_stack() && ::sigaction(SIGTRAP, &action, nullptr) == 0;
}

// With a breakpoint of our own, which is answered with the guest's first registers.
void enter(const Registers& registers) {
  entry = &registers;
  __asm volatile("brk #0" : : : "memory");
  __builtin_trap();
}

}  // namespace Atoll::hosts::trap
