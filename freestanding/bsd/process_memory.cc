// The same as tests/os/process_memory_posix.cc, without a library.

#include "tests/os/process_memory.h"

#include <cstdlib>

#include "freestanding/bsd/calls.h"

namespace Atoll::os::test {
namespace {

using freestanding::Answer;
using freestanding::argument;
using freestanding::call_system;
using freestanding::SystemCall;

struct Pipe {
  Pipe() {
    if (call_system(SystemCall::kPipe2, argument(ends), 0).failed) std::abort();
  }
  // Both return whether the memory can be touched.
  bool put(std::uint64_t address) { return transfer(SystemCall::kWrite, 1, address); }
  bool get(std::uint64_t address) { return transfer(SystemCall::kRead, 0, address); }

 private:
  bool transfer(SystemCall call, int end, std::uint64_t address) {
    const Answer moved = call_system(call, static_cast<std::uint64_t>(ends[end]), address, 1);
    return !moved.failed && moved.value == 1;
  }

  std::int32_t ends[2];
};

Pipe& shared_pipe() {
  static Pipe pipe;
  return pipe;
}

}  // namespace

std::optional<std::uint8_t> read_process_byte(Address address) {
  if (!shared_pipe().put(address.value())) return std::nullopt;
  std::uint8_t byte = 0;
  if (!shared_pipe().get(argument(&byte))) std::abort();
  return byte;
}

bool write_process_byte(Address address, std::uint8_t byte) {
  if (!shared_pipe().put(argument(&byte))) std::abort();
  if (shared_pipe().get(address.value())) return true;
  // The byte may still be in the pipe, or not.
  const auto marker = static_cast<std::uint8_t>(~byte);
  if (!shared_pipe().put(argument(&marker))) std::abort();
  for (std::uint8_t drained = byte; drained != marker;) {
    if (!shared_pipe().get(argument(&drained))) std::abort();
  }
  return false;
}

}  // namespace Atoll::os::test
