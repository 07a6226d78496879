// The console and the exit of a microcontroller: both C libraries make them calls to the emulator
// or debugger that runs the program (semihosting).

#include <unistd.h>

#include <cstdio>

#include "freestanding/platform.h"

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  (void)std::fwrite(text, 1, size, stdout);
  (void)std::fflush(stdout);
}

void platform_exit(int code) { _exit(code); }

}  // namespace Atoll::freestanding
