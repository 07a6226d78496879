// The entry point of a program, the function that makes a system call, and the note by which the
// kernel recognises the programs of its system.

#include <cstdint>

#include "freestanding/bsd/calls.h"
#include "freestanding/platform.h"

namespace Atoll::freestanding {

// The kernel leaves the arguments on the stack: their number, and then pointers to them.
extern "C" [[noreturn]] void start_on_stack(std::uint64_t* stack);

void start_on_stack(std::uint64_t* stack) {
  atoll_start(static_cast<int>(stack[0]), reinterpret_cast<char**>(stack + 1));
}

namespace {

struct Note {
  std::uint32_t name_size;
  std::uint32_t data_size = 4;
  std::uint32_t kind = 1;
  char name[8];
  std::uint32_t data;
};

#if defined(__FreeBSD__)
#define ATOLL_NOTE ".note.tag"
constexpr Note kNote = {.name_size = 8, .name = "FreeBSD", .data = 1400000};
#elif defined(__NetBSD__)
#define ATOLL_NOTE ".note.netbsd.ident"
constexpr Note kNote = {.name_size = 7, .name = "NetBSD", .data = 1000000000};
#elif defined(__OpenBSD__)
#define ATOLL_NOTE ".note.openbsd.ident"
constexpr Note kNote = {.name_size = 8, .name = "OpenBSD", .data = 0};
#endif

[[gnu::used, gnu::retain, gnu::section(ATOLL_NOTE)]] constexpr Note note = kNote;

}  // namespace
}  // namespace Atoll::freestanding

#if defined(__x86_64__)

// FreeBSD passes the address of the arguments in the first register; on the others they are at the
// stack pointer.
__asm(R"(
  .text
  .globl _start
  .type _start, @function
_start:
)"
#if !defined(__FreeBSD__)
      "  movq %rsp, %rdi\n"
#endif
      R"(
  xorl %ebp, %ebp
  andq $-16, %rsp
  call start_on_stack
  ud2

  .globl atoll_system_call
  .type atoll_system_call, @function
atoll_system_call:
  movq %rcx, %r10
  movq 16(%rsp), %rax
  syscall
  movq 24(%rsp), %rcx
  setb (%rcx)
  ret
)");

#elif defined(__aarch64__)

__asm(R"(
  .text
  .globl _start
  .type _start, %function
_start:
)"
#if !defined(__FreeBSD__)
      "  mov x0, sp\n"
#endif
      R"(
  mov x29, #0
  mov x30, #0
  bl start_on_stack
  brk #1
)");

#if defined(__NetBSD__)

// The instruction contains the number, so this looks for the instruction of the given one.
#define ATOLL_NUMBER(name, number) ", " #number
__asm(R"(
  .text
  .globl atoll_system_call
  .type atoll_system_call, %function
  .macro atoll_call number
  cmp x7, #\number
  b.ne 1f
  svc #\number
  b 2f
1:
  .endm
atoll_system_call:
)"
      "  .irp number" ATOLL_SYSTEM_CALLS(ATOLL_NUMBER) R"(
  atoll_call \number
  .endr
  brk #1
2:
  ldr x9, [sp]
  cset w10, cs
  strb w10, [x9]
  ret
)");

#else

// OpenBSD requires the barriers, and skips them when it returns.
__asm(R"(
  .text
  .globl atoll_system_call
  .type atoll_system_call, %function
atoll_system_call:
  mov x8, x7
  svc #0
)"
#if defined(__OpenBSD__)
      "  dsb nsh\n"
      "  isb\n"
#endif
      R"(
  ldr x9, [sp]
  cset w10, cs
  strb w10, [x9]
  ret
)");

#endif
#endif
