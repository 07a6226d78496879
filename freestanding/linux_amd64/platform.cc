// The platform of the self-test: system calls, and nothing of the system's libraries.

#include "freestanding/platform.h"

#include "freestanding/linux_amd64/system.h"

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  constexpr std::uint64_t kStandardOutput = 1;
  while (size != 0) {
    const std::int64_t written =
        call_system(SystemCall::kWrite, kStandardOutput, argument(text), size);
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

void platform_exit(int code) {
  for (;;) call_system(SystemCall::kExitGroup, static_cast<std::uint64_t>(code));
}

void* platform_more_memory(std::size_t size) {
  constexpr std::uint64_t kReadable = 1;
  constexpr std::uint64_t kWritable = 2;
  constexpr std::uint64_t kPrivateAnonymous = 0x22;
  const std::int64_t p = call_system(SystemCall::kMmap, 0, size, kReadable | kWritable,
                                     kPrivateAnonymous, ~std::uint64_t{0});
  return p < 0 ? nullptr : reinterpret_cast<void*>(p);
}

std::uint64_t platform_nanoseconds() {
  constexpr std::uint64_t kMonotonic = 1;
  std::uint64_t now[2] = {};
  call_system(SystemCall::kClockGettime, kMonotonic, argument(now));
  return now[0] * 1'000'000'000 + now[1];
}

// The kernel leaves the arguments on the stack: their number, then they.
extern "C" [[noreturn]] void start_on_stack(std::uint64_t* stack);

void start_on_stack(std::uint64_t* stack) {
  atoll_start(static_cast<int>(stack[0]), reinterpret_cast<char**>(stack + 1));
}

}  // namespace Atoll::freestanding

__asm(R"(
  .text
  .globl _start
  .type _start, @function
_start:
  xorl %ebp, %ebp
  movq %rsp, %rdi
  andq $-16, %rsp
  call start_on_stack
  ud2
)");
