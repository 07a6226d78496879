// From reset to C++: MMU and caches on, the program's own tables in charge, faults told.
//
// The first table maps the one GiB of memory we lie in, in a single entry, so that all of C++ runs
// with ordinary memory: without the MMU, unaligned and exclusive accesses fault. The tables that
// are made then take its place with the MMU off for a moment, since the architecture forbids to
// replace a mapping by one of another size under way.

// Ordinary memory, write-back, as attribute index 0: page_tables.cc.
#define MEMORY_ATTRIBUTES 0xff
// 39 bits of address below (T0SZ = 25), none above (EPD1), pages of 4 KiB, 40 bits of physical
// address, tables read through the caches of the inner shareable domain.
#define TRANSLATION_CONTROL (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)
// Nothing but the bits that must be set; and with the MMU (M) and both caches (C, I).
#define SYSTEM_OFF 0x30d00800
#define SYSTEM_ON (SYSTEM_OFF | 1 << 0 | 1 << 2 | 1 << 12)
// An entry of the first table: a block, inner shareable, accessed.
#define BLOCK_OF_MEMORY (1 | 3 << 8 | 1 << 10)

.section .text.start, "ax"
.global atoll_reset
atoll_reset:
  // Whoever starts us at another level than 1 finds a machine that stands still.
  mrs x0, CurrentEL
  cmp x0, #(1 << 2)
0:
  b.ne 0b

  adrp x0, vectors
  add x0, x0, :lo12:vectors
  msr vbar_el1, x0
  // Faults have a stack of their own, or one that comes from the program's stack could not be told.
  adrp x0, atoll_fault_stack_top
  add x0, x0, :lo12:atoll_fault_stack_top
  mov sp, x0
  msr spsel, #0
  adrp x0, atoll_stack_top
  add x0, x0, :lo12:atoll_stack_top
  mov sp, x0

  // Floating point and vectors.
  mov x0, #(3 << 20)
  msr cpacr_el1, x0

  mov x0, #MEMORY_ATTRIBUTES
  msr mair_el1, x0
  ldr x0, =TRANSLATION_CONTROL
  msr tcr_el1, x0
  adrp x0, first_table
  add x0, x0, :lo12:first_table
  bl use_tables

  adrp x0, atoll_bss
  add x0, x0, :lo12:atoll_bss
  adrp x1, atoll_bss_end
  add x1, x1, :lo12:atoll_bss_end
1:
  cmp x0, x1
  b.eq 2f
  stp xzr, xzr, [x0], #16
  b 1b
2:
  bl atoll_make_tables
  bl use_tables
  b atoll_run

// x0: the table of level 1. Touches no memory, and changes no register but x1.
use_tables:
  ldr w1, =SYSTEM_OFF
  msr sctlr_el1, x1
  isb
  msr ttbr0_el1, x0
  dsb ish
  tlbi vmalle1
  ic iallu
  dsb ish
  isb
  ldr w1, =SYSTEM_ON
  msr sctlr_el1, x1
  isb
  ret

// Sixteen entries of 128 bytes; whatever comes, it is the end.
.balign 2048
vectors:
.rept 16
.balign 128
  mrs x0, esr_el1
  mrs x1, far_el1
  mrs x2, elr_el1
  b atoll_fault
.endr

.section .rodata, "a"
.balign 4096
first_table:
  .quad 0
  .quad 0x40000000 + BLOCK_OF_MEMORY
  .fill 510, 8, 0

.section .note.GNU-stack, "", %progbits
