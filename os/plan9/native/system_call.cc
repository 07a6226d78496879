#include "os/plan9/native/system_call.h"

// Kernels preserve the stack pointer, and on amd64 nothing else.

#if defined(__x86_64__)

__asm(R"(
  .text
  .globl atoll_plan9_system_call
atoll_plan9_system_call:
  pushq %rbx
  pushq %rbp
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $48, %rsp
  movq %rsi, 8(%rsp)
  movq %rdx, 16(%rsp)
  movq %rcx, 24(%rsp)
  movq %r8, 32(%rsp)
  movq %r9, 40(%rsp)
  movq %rdi, %rbp
  syscall
  addq $48, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbp
  popq %rbx
  ret
)");

#elif defined(__i386__)

// The arguments lie as the kernel wants them, except for the number before them.
__asm(R"(
  .text
  .globl atoll_plan9_system_call
atoll_plan9_system_call:
  movl 4(%esp), %eax
  pushl 24(%esp)
  pushl 24(%esp)
  pushl 24(%esp)
  pushl 24(%esp)
  pushl 24(%esp)
  pushl $0
  int $64
  addl $24, %esp
  ret
)");

#elif defined(__arm__)

__asm(R"(
  .text
  .globl atoll_plan9_system_call
  .type atoll_plan9_system_call, %function
  .arm
  .p2align 2
atoll_plan9_system_call:
  push {r4, r5, r6, lr}
  ldr r4, [sp, #16]
  ldr r5, [sp, #20]
  sub sp, sp, #24
  str r1, [sp, #4]
  str r2, [sp, #8]
  str r3, [sp, #12]
  str r4, [sp, #16]
  str r5, [sp, #20]
  svc #0
  add sp, sp, #24
  pop {r4, r5, r6, pc}
)");

#else
#error "Plan 9 has no port to this processor here"
#endif
