// Starts a program on a Cortex-M: the vectors, and the code that sets the variables to their first
// values and calls main() with the words of the command line.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "os/backend/arguments.h"

// link.ld defines these.
extern "C" {
extern std::uint32_t atoll_data_image[];
extern std::uint32_t atoll_data_begin[];
extern std::uint32_t atoll_data_end[];
extern std::uint32_t atoll_zeroes_begin[];
extern std::uint32_t atoll_zeroes_end[];
extern std::uint32_t atoll_stack_end[];
}

int main(int argc, char** argv);

// newlib defines the first two functions, and calls _init() and _fini(). With -nostartfiles GCC
// adds none.
extern "C" {
void initialise_monitor_handles();
void __libc_init_array();
void _init();
void _fini();
void _init() {}
void _fini() {}
}

namespace {

enum class Operation : std::uint32_t { kWrite0 = 0x04, kGetCommandLine = 0x15 };

std::uint32_t ask_host(Operation operation, const void* argument) {
  register auto r0 __asm__("r0") = static_cast<std::uint32_t>(operation);
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

// The host writes the line with single spaces between words and a zero at the end.
void ask_command_line(Atoll::os::CommandLine& line) {
  const struct {
    char* text;
    std::size_t size;
  } block{line.data(), line.size()};
  if (ask_host(Operation::kGetCommandLine, &block) != 0) line[0] = '\0';
}

[[noreturn]] void begin() {
  const std::uint32_t* from = atoll_data_image;
  for (std::uint32_t* to = atoll_data_begin; to != atoll_data_end;) *to++ = *from++;
  for (std::uint32_t* to = atoll_zeroes_begin; to != atoll_zeroes_end;) *to++ = 0;
  initialise_monitor_handles();
  __libc_init_array();
  Atoll::os::CommandLine line{};
  ask_command_line(line);
  Atoll::os::Arguments arguments(line);
  std::exit(main(arguments.count(), arguments.words()));
}

[[noreturn]] void fault() {
  constexpr int kFaulted = 139;  // what a shell says of a program that SIGSEGV has ended
  (void)ask_host(Operation::kWrite0, "fault\n");
  _exit(kFaulted);
}

// Where the stack begins, and what the processor does at reset and at each kind of fault.
struct Vectors {
  const void* stack_end;
  void (*reset)();
  void (*faults[14])();
};
[[gnu::section(".vectors"), gnu::used]] constexpr Vectors kVectors = {
    atoll_stack_end, begin, {fault, fault, fault, fault, fault}};

}  // namespace
