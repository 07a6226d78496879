// How a host that lives in the guest's own process catches the guest's system calls.
//
// The guest's code runs as it is on the real processor. At an instruction that calls the guest's
// system the kernel of this machine sends a signal; the handler of the personality reads and writes
// the guest's registers, and the guest goes on behind the instruction. One file per processor:
//
//   amd64  `syscall`      Syscall User Dispatch (Linux 5.11): SIGSYS
//   arm64  `svc #n`       rewritten to `brk #n` before it runs: SIGTRAP
//   386    `int $0x40`    forbidden to user programs: SIGSEGV
//   arm    `svc #n`       rewritten to an undefined instruction before it runs: SIGILL
//
// Signals are handled on a stack of their own, so that a guest without much stack left, or with
// data below its stack pointer, notices nothing. The personality's handler may use this host's
// libraries: calls of the host's own are not caught while it runs. It must not touch the guest's
// vector registers on purpose; the kernel restores all of them.
//
// A signal that is no system call (a fault of the guest's, a breakpoint) ends the process as it
// would without us.
//
// One guest and one thread per process. The guest must leave the thread pointer (FS on amd64,
// TPIDR_EL0 on arm64) alone, since it is the host's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "os/base/address.h"

namespace Atoll::hosts::trap {

using Word = std::uintptr_t;

// Indices of Registers::general, in the processor's own numbering.
#if defined(__x86_64__)
inline constexpr std::size_t kGeneral = 16;
enum Register : std::size_t {
  kAx,
  kCx,
  kDx,
  kBx,
  kStackPointer,
  kBp,
  kSi,
  kDi,
  kR8,
  kR9,
  kR10,
  kR11,
  kR12,
  kR13,
  kR14,
  kR15,
};
#elif defined(__i386__)
inline constexpr std::size_t kGeneral = 8;
enum Register : std::size_t { kAx, kCx, kDx, kBx, kStackPointer, kBp, kSi, kDi };
#elif defined(__aarch64__)
// x0 to x30 are 0 to 30.
inline constexpr std::size_t kGeneral = 32;
enum Register : std::size_t { kX0 = 0, kX8 = 8, kX16 = 16, kX17 = 17, kLink = 30, kStackPointer };
#elif defined(__arm__)
// r0 to r14 are 0 to 14.
inline constexpr std::size_t kGeneral = 15;
enum Register : std::size_t { kR0 = 0, kR7 = 7, kStackPointer = 13, kLink = 14 };
#else
#error "hosts/trap: unknown processor"
#endif

// The guest's registers at a system call. Which of them holds what is the guest's system's matter.
struct Registers {
  std::array<Word, kGeneral> general{};
  // In a handler: behind the instruction that called. Where the guest goes on.
  Word program_counter = 0;
  // The number within the instruction, 0 where it has none.
  Word immediate = 0;
  // The carry flag: on the BSDs, whether the call failed.
  bool carry = false;
};

using Handler = void (*)(Registers& registers);

// From now on system calls of code within `text` go to `handler`. To be called once, with the text
// loaded and still writable: where calls are caught by rewriting them, every word there that looks
// like one is rewritten, so constants should not lie there. The caller protects the text
// afterwards. False: this machine cannot do it (errno tells).
bool install(std::span<const Range> text, Handler handler);

// Runs the guest with these registers (but for `immediate`). Never returns; the guest ends when the
// handler ends the process. After install().
[[noreturn]] void enter(const Registers& registers);

}  // namespace Atoll::hosts::trap
