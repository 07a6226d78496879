// Runs a program of Plan 9: host PROGRAM [ARGUMENTS...]

#include <sys/personality.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "hosts/base/bytes.h"
#include "hosts/base/refuse.h"
#include "hosts/plan9/aout.h"
#include "hosts/plan9/kernel.h"
#include "hosts/plan9/segments.h"
#include "hosts/trap/trap.h"

namespace Atoll::hosts::plan9 {
namespace {

std::optional<Segments> segments;
std::optional<Kernel> kernel;

void serve(trap::Registers& registers) { kernel->serve(registers); }

// Linux may have put something of this process where the guest's stack belongs; a new process has
// it elsewhere.
[[noreturn]] void try_again(char** argv) {
  constexpr const char* kTries = "ATOLL_HOST_TRIES";
  const int reason = errno;
  const char* const value = std::getenv(kTries);
  const int tries = value == nullptr ? 0 : std::atoi(value);
  if (tries >= 16) refuse("%s: no place for its memory: %s", argv[1], std::strerror(reason));
  ::setenv(kTries, std::to_string(tries + 1).c_str(), 1);
  constexpr unsigned long kAsk = 0xffff'ffff;
  constexpr unsigned long kFixed = ADDR_NO_RANDOMIZE;
  ::personality(static_cast<unsigned long>(::personality(kAsk)) & ~kFixed);
  ::execv("/proc/self/exe", argv);
  refuse("it cannot be started once more: %s", std::strerror(errno));
}

// From the top of the stack down: what the kernel and C's library share (Tos; all zero but for the
// process's number), the arguments' texts, null, their addresses, their number. Returns the
// address of the last.
Address put_arguments(Address top, int count, char** arguments, Address* shared) {
  constexpr std::uint64_t kWord = sizeof(trap::Word);
  constexpr std::uint64_t kProfile = 4 * kWord + 2 * 4;
  constexpr std::uint64_t kProcessNumber = (kProfile + 7) / 8 * 8 + 3 * 8;
  constexpr std::uint64_t kShared = kProcessNumber + 2 * 4;
  *shared = top - kShared;
  const auto number = static_cast<std::uint32_t>(::getpid());
  std::memcpy((*shared + kProcessNumber).pointer(), &number, sizeof number);

  std::uint64_t size = 0;
  for (int i = 0; i < count; ++i) size += std::strlen(arguments[i]) + 1;
  Address text = (*shared - size).aligned_down(16);
  std::vector<trap::Word> words = {static_cast<trap::Word>(count)};
  for (int i = 0; i < count; ++i) {
    const std::size_t length = std::strlen(arguments[i]) + 1;
    std::memcpy(text.pointer(), arguments[i], length);
    words.push_back(static_cast<trap::Word>(text.value()));
    text = text + length;
  }
  words.push_back(0);
  const Address first = ((*shared - size).aligned_down(16) - words.size() * kWord).aligned_down(16);
  std::memcpy(first.pointer(), words.data(), words.size() * kWord);
  return first;
}

[[noreturn]] void run(int argc, char** argv) {
  if (argc < 2) refuse("usage: %s PROGRAM [ARGUMENTS...]", argv[0]);
  const auto file = map_file(argv[1]);
  if (!file) refuse("%s: %s", argv[1], std::strerror(errno));
  std::string reason;
  const auto plan = read_aout(*file, kThisMachine, &reason);
  if (!plan) refuse("%s: no program of Plan 9 for this processor: %s", argv[1], reason.c_str());

  segments.emplace(kThisMachine, *plan);
  if (!segments->load()) try_again(argv);
  kernel.emplace(*segments);
  const Range text[] = {segments->text()};
  if (!trap::install(text, serve)) {
    refuse("this machine cannot catch system calls: %s", std::strerror(errno));
  }
  if (!segments->protect_text()) refuse("mprotect: %s", std::strerror(errno));

  trap::Registers registers;
  Address shared;
  const Address stack = put_arguments(kThisMachine.stack().end(), argc - 1, argv + 1, &shared);
  registers.general[trap::kStackPointer] = static_cast<trap::Word>(stack.value());
  registers.general[0] = static_cast<trap::Word>(shared.value());
  registers.program_counter = static_cast<trap::Word>(plan->entry.value());
  trap::enter(registers);
}

}  // namespace
}  // namespace Atoll::hosts::plan9

int main(int argc, char** argv) { Atoll::hosts::plan9::run(argc, argv); }
