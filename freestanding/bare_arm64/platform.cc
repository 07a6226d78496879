// The platform of AArch64 without an operating system. What starts the machine (os/arm64/start.cc)
// calls atoll_start().

#include "freestanding/platform.h"

#include <string_view>

#include "os/arm64/semihosting.h"
#include "os/os.h"

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  os::native().write(std::string_view(text, size));
}

void platform_exit(int code) { os::arm64::semihosting::exit(code); }

void* platform_more_memory(std::size_t size) { return os::native().alloc(size).base.pointer(); }

std::uint64_t platform_nanoseconds() { return os::native().monotonic_nanoseconds(); }

}  // namespace Atoll::freestanding
