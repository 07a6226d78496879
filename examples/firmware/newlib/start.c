/* Starts the program on a Cortex-M. */
#include <stdint.h>
#include <stdlib.h>

int main(void);
void initialise_monitor_handles(void);
void __libc_init_array(void);

/* GCC's start files, which this program does without, define these. __libc_init_array() and exit()
 * call the functions, and the C++ library refers to the variable. */
void _init(void) {}
void _fini(void) {}
void* __dso_handle;

/* From link.ld. */
extern const uint32_t data_image[];
extern uint32_t data_begin[], data_end[], zeroes_begin[], zeroes_end[], stack_end[];

static void begin(void) {
  const uint32_t* from = data_image;
  for (uint32_t* to = data_begin; to != data_end;) *to++ = *from++;
  for (uint32_t* to = zeroes_begin; to != zeroes_end;) *to++ = 0;
  initialise_monitor_handles();
  __libc_init_array();
  exit(main());
}

static void fault(void) { _Exit(139); }

__attribute__((section(".vectors"), used)) static const void* const vectors[16] = {
    stack_end, begin, fault, fault, fault, fault, fault};
