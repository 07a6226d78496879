#include <cstdlib>
#include <limits>

#include "os/windows/system.h"
#include "tests/os/process_memory.h"

namespace Atoll::os::test {
namespace {

// The system copies from and to a pipe, and fails for memory that nobody may touch.
// (ReadProcessMemory() would not do: under Wine it reads through any protection, as a debugger
// does.)
struct Pipe {
  Pipe() {
    if (!::CreatePipe(&output, &input, nullptr, 0)) std::abort();
  }
  bool put(const void* byte) {
    DWORD done = 0;
    return ::WriteFile(input, byte, 1, &done, nullptr) && done == 1;
  }
  bool get(void* byte) {
    DWORD done = 0;
    return ::ReadFile(output, byte, 1, &done, nullptr) && done == 1;
  }
  HANDLE output;
  HANDLE input;
};

Pipe& shared_pipe() {
  static Pipe pipe;
  return pipe;
}

bool is_in_reach(Address address) {
  return address.value() <= std::numeric_limits<std::uintptr_t>::max();
}

}  // namespace

std::optional<std::uint8_t> read_process_byte(Address address) {
  if (!is_in_reach(address)) return std::nullopt;
  Pipe& pipe = shared_pipe();
  if (!pipe.put(address.pointer())) return std::nullopt;
  std::uint8_t byte = 0;
  if (!pipe.get(&byte)) std::abort();
  return byte;
}

bool write_process_byte(Address address, std::uint8_t byte) {
  if (!is_in_reach(address)) return false;
  Pipe& pipe = shared_pipe();
  if (!pipe.put(&byte)) std::abort();
  if (pipe.get(address.pointer())) return true;
  // The byte may still be in the pipe, or not.
  const auto marker = static_cast<std::uint8_t>(~byte);
  if (!pipe.put(&marker)) std::abort();
  for (std::uint8_t drained = byte; drained != marker;) {
    if (!pipe.get(&drained)) std::abort();
  }
  return false;
}

}  // namespace Atoll::os::test
