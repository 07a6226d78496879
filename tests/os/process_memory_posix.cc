#include <unistd.h>

#include <cstdlib>
#include <limits>

#include "tests/os/process_memory.h"

namespace Atoll::os::test {
namespace {

// The kernel copies from and to a pipe, and fails with EFAULT for memory that nobody may touch.
struct Pipe {
  Pipe() {
    if (::pipe(ends) != 0) std::abort();
  }
  int ends[2];
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
  if (::write(pipe.ends[1], address.pointer(), 1) != 1) return std::nullopt;
  std::uint8_t byte = 0;
  if (::read(pipe.ends[0], &byte, 1) != 1) std::abort();
  return byte;
}

bool write_process_byte(Address address, std::uint8_t byte) {
  if (!is_in_reach(address)) return false;
  Pipe& pipe = shared_pipe();
  if (::write(pipe.ends[1], &byte, 1) != 1) std::abort();
  if (::read(pipe.ends[0], address.pointer(), 1) == 1) return true;
  // Some kernels take the byte out of the pipe before they fail.
  std::uint8_t marker = static_cast<std::uint8_t>(~byte);
  std::uint8_t drained = byte;
  if (::write(pipe.ends[1], &marker, 1) != 1) std::abort();
  while (drained != marker) {
    if (::read(pipe.ends[0], &drained, 1) != 1) std::abort();
  }
  return false;
}

}  // namespace Atoll::os::test
