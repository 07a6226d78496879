// As tests/os/process_memory_posix.cc does it, without headers of the system.

#include "tests/os/process_memory.h"

#include <cstdlib>

#include "os/darwin/system.h"

namespace Atoll::os::test {
namespace {

extern "C" int make_pipe(int* ends) __asm("_pipe");
extern "C" long read_file(int file, void* bytes, std::size_t size) __asm("_read");

struct Pipe {
  Pipe() {
    if (make_pipe(ends) != 0) std::abort();
  }
  // Both tell whether the memory could be touched.
  bool put(const void* byte) const { return darwin::write_file(ends[1], byte, 1) == 1; }
  bool get(void* byte) const { return read_file(ends[0], byte, 1) == 1; }

  int ends[2];
};

Pipe& shared_pipe() {
  static Pipe pipe;
  return pipe;
}

}  // namespace

std::optional<std::uint8_t> read_process_byte(Address address) {
  if (!shared_pipe().put(address.pointer())) return std::nullopt;
  std::uint8_t byte = 0;
  if (!shared_pipe().get(&byte)) std::abort();
  return byte;
}

bool write_process_byte(Address address, std::uint8_t byte) {
  if (!shared_pipe().put(&byte)) std::abort();
  if (shared_pipe().get(address.pointer())) return true;
  // The byte may still be in the pipe, or not.
  const auto marker = static_cast<std::uint8_t>(~byte);
  if (!shared_pipe().put(&marker)) std::abort();
  for (std::uint8_t drained = byte; drained != marker;) {
    if (!shared_pipe().get(&drained)) std::abort();
  }
  return false;
}

}  // namespace Atoll::os::test
