// As on arm64: before the guest runs, every `svc #0` in its text becomes an instruction that is
// undefined for ever, which is SIGILL. Other numbers are left alone: no guest has them, and a
// constant that looks like one is not rare. Nor is the other instruction set, Thumb, looked at.
#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "hosts/trap/fault.h"
#include "hosts/trap/signal_stack.h"
#include "hosts/trap/trap.h"

namespace Atoll::hosts::trap {
namespace {

constexpr std::uint32_t kSvc = 0xef00'0000;
constexpr std::uint32_t kUndefined = 0xe7f0'00f0;
constexpr unsigned long kCarry = 1UL << 29;
constexpr unsigned long kThumb = 1UL << 5;

Handler guest_handler = nullptr;
const Registers* entry = nullptr;  // until the guest has begun

std::vector<Word>& calls() {
  static std::vector<Word> addresses;  // sorted
  return addresses;
}

void on_signal(int signal, siginfo_t* info, void* context) {
  mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  Registers registers;
  // r0 to r14 lie one behind the other.
  unsigned long* const general = &machine.arm_r0;
  if (entry != nullptr) {
    registers = *entry;
    entry = nullptr;
  } else if (signal == SIGILL &&
             std::binary_search(calls().begin(), calls().end(), machine.arm_pc)) {
    std::copy_n(general, kGeneral, registers.general.begin());
    registers.program_counter = static_cast<Word>(machine.arm_pc) + sizeof kUndefined;
    registers.carry = (machine.arm_cpsr & kCarry) != 0;
    guest_handler(registers);
  } else {
    report_fault(signal, *info, static_cast<Word>(machine.arm_pc));
    return;
  }
  std::copy_n(registers.general.begin(), kGeneral, general);
  machine.arm_pc = registers.program_counter;
  machine.arm_cpsr = (machine.arm_cpsr & ~(kCarry | kThumb)) | (registers.carry ? kCarry : 0);
}

void rewrite(Range text) {
  auto* const first = static_cast<char*>(text.base.aligned_up(4).pointer());
  auto* const end = static_cast<char*>(text.end().pointer());
  for (char* place = first; end - place >= 4; place += 4) {
    std::uint32_t instruction = 0;
    std::memcpy(&instruction, place, sizeof instruction);
    if (instruction != kSvc) continue;
    std::memcpy(place, &kUndefined, sizeof kUndefined);
    calls().push_back(reinterpret_cast<Word>(place));
  }
  __builtin___clear_cache(first, end);
}

}  // namespace

bool install(std::span<const Range> text, Handler handler) {
  guest_handler = handler;
  for (const Range& range : text) rewrite(range);
  std::sort(calls().begin(), calls().end());
  return use_signal_stack() && watch_faults(on_signal);
}

// With an instruction of our own, which is answered with the guest's first registers. It is
// undefined in both instruction sets.
void enter(const Registers& registers) {
  entry = &registers;
  __asm volatile("udf #0" : : : "memory");
  __builtin_trap();
}

}  // namespace Atoll::hosts::trap
