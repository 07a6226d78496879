// The platform of macOS and iOS: libSystem's thin wrappers of system calls, without its headers and
// without anything of C++.

#include "freestanding/platform.h"

#include "os/darwin/system.h"

namespace Atoll::freestanding {
namespace {

extern "C" [[noreturn]] void exit_at_once(int code) __asm("__exit");

}  // namespace

void platform_write(const char* text, std::size_t size) {
  constexpr int kStandardOutput = 1;
  while (size != 0) {
    const long written = os::darwin::write_file(kStandardOutput, text, size);
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

void platform_exit(int code) { exit_at_once(code); }

void* platform_more_memory(std::size_t size) {
  void* const p = os::darwin::mmap(nullptr, size, os::darwin::kProtectReadWrite,
                                   os::darwin::kMapPrivate | os::darwin::kMapAnonymous, -1, 0);
  return reinterpret_cast<std::uintptr_t>(p) == ~std::uintptr_t{0} ? nullptr : p;
}

std::uint64_t platform_nanoseconds() {
  return os::darwin::clock_nanoseconds(os::darwin::kClockUptimeRaw);
}

// Where LC_MAIN points: the dynamic linker has run the constructors.
extern "C" [[noreturn]] void atoll_begin(int argc, char** argv) {
  atoll_start_constructed(argc, argv);
}

}  // namespace Atoll::freestanding
