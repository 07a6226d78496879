// Linux on any processor: system calls, and nothing of the system's libraries.

#include "freestanding/platform.h"

#include "freestanding/linux/auxiliary_vector.h"
#include "freestanding/linux/system.h"

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

// The kernel leaves on the stack: the number of arguments, they, a null, the environment, a null,
// and pairs of what it tells of itself.
extern "C" [[noreturn, gnu::used]] void start_on_stack(std::uint64_t* stack);

void start_on_stack(std::uint64_t* stack) {
  const std::uint64_t* p = stack + 1 + stack[0] + 1;
  while (*p != 0) ++p;
  auxiliary_vector = p + 1;
  atoll_start(static_cast<int>(stack[0]), reinterpret_cast<char**>(stack + 1));
}

}  // namespace Atoll::freestanding

ATOLL_START(start_on_stack);
