// WebAssembly with addresses of 64 bits, which has no C library: a linear memory, and what
// toolchains/emulators/wasm_host.mjs serves.

#include "freestanding/platform.h"

#include "freestanding/wasm/host.h"

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  constexpr int kStandardOutput = 1;
  atoll_write(kStandardOutput, text, size);
}

void platform_exit(int code) { atoll_exit(code); }

// Behind the backend's back, as the malloc of a C library does it.
void* platform_more_memory(std::size_t size) {
  constexpr std::size_t kPage = 65536;
  constexpr std::size_t kFailed = ~std::size_t{0};
  const std::size_t before = __builtin_wasm_memory_grow(0, size / kPage);
  return before == kFailed ? nullptr : reinterpret_cast<void*>(before * kPage);
}

std::uint64_t platform_nanoseconds() { return atoll_nanoseconds(); }

namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr int kMostArguments = 64;

constinit char bytes[kMostBytes] = {};
constinit char* arguments[kMostArguments + 1] = {};

int read_arguments() {
  const std::size_t size = atoll_arguments_size();
  if (size > kMostBytes) return 0;
  atoll_arguments(bytes);
  int count = 0;
  for (std::size_t i = 0; i < size && count < kMostArguments; ++i) {
    if (i == 0 || bytes[i - 1] == '\0') arguments[count++] = bytes + i;
  }
  return count;
}

}  // namespace

extern "C" [[noreturn]] void _start() {
  const int count = read_arguments();
  atoll_start(count, arguments);
}

}  // namespace Atoll::freestanding
