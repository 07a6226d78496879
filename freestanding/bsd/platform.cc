// The platform of the BSDs, by the backend, and by system calls that the backend does not make.

#include "freestanding/platform.h"

#include "freestanding/bsd/calls.h"
#include "os/os.h"

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  constexpr std::uint64_t kStandardOutput = 1;
  while (size != 0) {
    const Answer written = call_system(SystemCall::kWrite, kStandardOutput, argument(text), size);
    if (written.failed || written.value == 0) return;
    text += written.value;
    size -= written.value;
  }
}

void platform_exit(int code) {
  for (;;) call_system(SystemCall::kExit, static_cast<std::uint64_t>(code));
}

void* platform_more_memory(std::size_t size) { return os::native().alloc(size).base.pointer(); }

std::uint64_t platform_nanoseconds() { return os::native().monotonic_nanoseconds(); }

}  // namespace Atoll::freestanding
