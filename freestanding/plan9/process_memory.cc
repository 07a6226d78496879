// As tests/os/process_memory_posix.cc does it. But a bad address is more than an error here: the
// kernel also posts a note, of which a program dies that does not catch it.

#include "tests/os/process_memory.h"

#include <cstdlib>
#include <cstring>
#include <limits>

#include "os/plan9/native/system_call.h"

namespace Atoll::os::test {
namespace {

using plan9::argument;
using plan9::call_system;
using plan9::kHere;
using plan9::SystemCall;

// Called by the kernel, in its own way.
extern "C" void note_entry();
extern "C" [[noreturn]] void handle_note(const char* note);

void handle_note(const char* note) {
  constexpr std::uintptr_t kContinue = 0;
  constexpr std::uintptr_t kDie = 1;
  constexpr char kBadAddress[] = "sys: bad address";
  bool is_bad_address = true;
  for (std::size_t i = 0; i + 1 < sizeof kBadAddress && is_bad_address; ++i) {
    is_bad_address = note[i] == kBadAddress[i];
  }
  for (;;) call_system(SystemCall::kNoted, is_bad_address ? kContinue : kDie);
}

class Pipe {
 public:
  Pipe() {
    if (call_system(SystemCall::kPipe, argument(ends_)) < 0) std::abort();
    if (call_system(SystemCall::kNotify, reinterpret_cast<std::uintptr_t>(note_entry)) < 0) {
      std::abort();
    }
  }
  // Both tell whether the memory could be touched.
  bool put(std::uintptr_t address) { return transfer(SystemCall::kPwrite, 1, address); }
  bool get(std::uintptr_t address) { return transfer(SystemCall::kPread, 0, address); }

 private:
  bool transfer(SystemCall call, int end, std::uintptr_t address) {
    return call_system(call, static_cast<std::uintptr_t>(ends_[end]), address, 1, kHere, kHere) ==
           1;
  }

  std::int32_t ends_[2];
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
  if (!shared_pipe().put(static_cast<std::uintptr_t>(address.value()))) return std::nullopt;
  std::uint8_t byte = 0;
  if (!shared_pipe().get(argument(&byte))) std::abort();
  return byte;
}

// The kernel looks at the address before it takes anything out of the pipe.
bool write_process_byte(Address address, std::uint8_t byte) {
  if (!is_in_reach(address)) return false;
  if (!shared_pipe().put(argument(&byte))) std::abort();
  if (shared_pipe().get(static_cast<std::uintptr_t>(address.value()))) return true;
  std::uint8_t drained = 0;
  if (!shared_pipe().get(argument(&drained)) || drained != byte) std::abort();
  return false;
}

}  // namespace Atoll::os::test

// The note's text lies above a word for a return address and the pointer to the registers.
#if defined(__x86_64__)
__asm(R"(
  .text
note_entry:
  movq 16(%rsp), %rdi
  andq $-16, %rsp
  call handle_note
  ud2
)");
#elif defined(__i386__)
__asm(R"(
  .text
note_entry:
  movl 8(%esp), %eax
  andl $-16, %esp
  subl $12, %esp
  pushl %eax
  call handle_note
  ud2
)");
#elif defined(__arm__)
__asm(R"(
  .text
  .type note_entry, %function
  .arm
  .p2align 2
note_entry:
  ldr r0, [sp, #8]
  bic sp, sp, #7
  bl handle_note
  udf #0
)");
#endif
