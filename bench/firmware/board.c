/* Start and end of a program on QEMU's mps2-an385, whose console is semihosting. */
#include "bench/firmware/board.h"

#include <stdint.h>

int main(void);

/* From link.ld. */
extern uint32_t variables_image[], variables_begin[], variables_end[], zeroes_begin[], zeroes_end[];
extern uint32_t own_image[], own_begin[], own_end[], own_zeroes_begin[], own_zeroes_end[];
extern uint32_t stack_end[];

static void copy(uint32_t* to, const uint32_t* end, const uint32_t* from) {
  while (to != end) *to++ = *from++;
}

static void clear(uint32_t* to, const uint32_t* end) {
  while (to != end) *to++ = 0;
}

void board_reset_variables(void) {
  copy(variables_begin, variables_end, variables_image);
  clear(zeroes_begin, zeroes_end);
}

size_t board_variables(void) {
  return (size_t)((char*)variables_end - (char*)variables_begin + (char*)zeroes_end -
                  (char*)zeroes_begin);
}

enum { kWrite0 = 4, kGetCommandLine = 0x15, kExit = 0x18, kApplicationExit = 0x20026 };

static uint32_t ask_host(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char* text) { ask_host(kWrite0, text); }

void board_exit(void) { ask_host(kExit, (const void*)kApplicationExit); }

void board_arguments(char* text, size_t size) {
  struct {
    char* text;
    size_t size;
  } block = {text, size};
  ask_host(kGetCommandLine, &block);
}

static void begin(void) {
  copy(own_begin, own_end, own_image);
  clear(own_zeroes_begin, own_zeroes_end);
  board_reset_variables();
  main();
  board_exit();
}

static void fault(void) {
  board_print("fault\n");
  board_exit();
}

__attribute__((section(".vectors"), used)) static const void* const vectors[16] = {
    stack_end, begin, fault, fault, fault, fault, fault};
