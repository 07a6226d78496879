// The platform of Plan 9: system calls, as os/plan9 makes them.

#include "freestanding/platform.h"

#include <array>

#include "os/os.h"
#include "os/plan9/native/system_call.h"

namespace Atoll::freestanding {

using os::plan9::argument;
using os::plan9::call_system;
using os::plan9::SystemCall;

void platform_write(const char* text, std::size_t size) {
  constexpr std::uintptr_t kStandardOutput = 1;
  while (size != 0) {
    const std::int32_t written = call_system(SystemCall::kPwrite, kStandardOutput, argument(text),
                                             size, os::plan9::kHere, os::plan9::kHere);
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

// A program ends with a text, which is empty if all is well.
void platform_exit(int code) {
  std::array<char, 12> digits{};
  char* first = &digits.back();
  auto rest = static_cast<unsigned>(code);
  for (; rest != 0; rest /= 10) *--first = static_cast<char>('0' + rest % 10);
  for (;;) call_system(SystemCall::kExits, argument(first));
}

void* platform_more_memory(std::size_t size) { return os::native().alloc(size).base.pointer(); }

std::uint64_t platform_nanoseconds() { return os::native().monotonic_nanoseconds(); }

// The kernel leaves the arguments on the stack: their number, then they.
extern "C" [[noreturn]] void start_on_stack(std::uintptr_t* stack);

void start_on_stack(std::uintptr_t* stack) {
  atoll_start(static_cast<int>(stack[0]), reinterpret_cast<char**>(stack + 1));
}

}  // namespace Atoll::freestanding

#if defined(__x86_64__)
__asm(R"(
  .text
  .globl _start
_start:
  xorl %ebp, %ebp
  movq %rsp, %rdi
  andq $-16, %rsp
  call start_on_stack
  ud2
)");
#elif defined(__i386__)
__asm(R"(
  .text
  .globl _start
_start:
  xorl %ebp, %ebp
  movl %esp, %eax
  andl $-16, %esp
  subl $12, %esp
  pushl %eax
  call start_on_stack
  ud2
)");
#elif defined(__arm__)
__asm(R"(
  .text
  .globl _start
  .type _start, %function
  .arm
  .p2align 2
_start:
  mov r0, sp
  bic sp, sp, #7
  bl start_on_stack
  udf #0
)");
#endif
