#include "os/arm64/semihosting.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace Atoll::os::arm64::semihosting {
namespace {

enum class Operation : std::uint64_t {
  kWrite0 = 0x04,
  kTime = 0x11,
  kGetCommandLine = 0x15,
  kHeapInfo = 0x16,
  kExitExtended = 0x20,
};

std::uint64_t call(Operation operation, void* argument) {
  register auto x0 __asm__("x0") = static_cast<std::uint64_t>(operation);
  register void* x1 __asm__("x1") = argument;
  __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
  return x0;
}

}  // namespace

// SYS_WRITE0 wants a terminating zero, and a string_view has none.
void write(std::string_view text) {
  std::array<char, 128> line;
  while (!text.empty()) {
    std::size_t size = 0;
    const std::size_t taken = std::min(text.size(), line.size() - 1);
    for (const char c : text.substr(0, taken)) {
      if (c != '\0') line[size++] = c;
    }
    line[size] = '\0';
    (void)call(Operation::kWrite0, line.data());
    text.remove_prefix(taken);
  }
}

void exit(int code) {
  constexpr std::uint64_t kApplicationExit = 0x20026;
  std::array<std::uint64_t, 2> reason = {kApplicationExit, static_cast<std::uint64_t>(code)};
  for (;;) (void)call(Operation::kExitExtended, reason.data());
}

std::uint64_t time() { return call(Operation::kTime, nullptr); }

void command_line(std::span<char> line) {
  struct {
    char* text;
    std::uint64_t size;
  } block{line.data(), line.size()};
  if (call(Operation::kGetCommandLine, &block) != 0) line[0] = '\0';
}

Address end_of_memory() {
  struct {
    std::uint64_t heap_base, heap_limit, stack_base, stack_limit;
  } info{};
  void* argument = &info;
  (void)call(Operation::kHeapInfo, static_cast<void*>(&argument));
  return Address(info.heap_limit);
}

}  // namespace Atoll::os::arm64::semihosting
