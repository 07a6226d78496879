// Runs a static program of a BSD: bsd_host SYSTEM PROGRAM ARGUMENTS...
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "hosts/base/bytes.h"
#include "hosts/base/refuse.h"
#include "hosts/bsd/elf.h"
#include "hosts/bsd/load.h"
#include "hosts/bsd/process.h"
#include "hosts/trap/trap.h"
#include "os/sim/placement.h"

namespace Atoll::hosts::bsd {
namespace {

Process* process = nullptr;

#if defined(__x86_64__)
constexpr Machine kMachine = Machine::kAmd64;

Arguments arguments_of(const trap::Registers& registers) {
  Arguments arguments{};
  constexpr trap::Register kPlaces[] = {trap::kDi,  trap::kSi, trap::kDx,
                                        trap::kR10, trap::kR8, trap::kR9};
  std::transform(std::begin(kPlaces), std::end(kPlaces), arguments.begin(),
                 [&](trap::Register r) { return registers.general[r]; });
  // The others lie on the stack, behind a function's return address. If the stack ends before, the
  // caller passed none.
  const std::uint64_t behind = registers.general[trap::kStackPointer] + 8;
  if (!process->copy_in(&arguments[6], behind, 16)) arguments[6] = arguments[7] = 0;
  return arguments;
}

std::uint64_t number_of(const trap::Registers& registers) { return registers.general[trap::kAx]; }

constexpr trap::Register kResult = trap::kAx;
constexpr trap::Register kFirst = trap::kDi;
// The program begins as if a function call had put a return address on the stack.
constexpr std::uint64_t kStackOffset = 8;
#else
constexpr Machine kMachine = Machine::kArm64;

Arguments arguments_of(const trap::Registers& registers) {
  Arguments arguments{};
  std::copy_n(registers.general.begin(), arguments.size(), arguments.begin());
  return arguments;
}

std::uint64_t number_of(const trap::Registers& registers) {
  return process->personality().number_in_instruction ? registers.immediate
                                                      : registers.general[trap::kX8];
}

constexpr trap::Register kResult = trap::kX0;
constexpr trap::Register kFirst = trap::kX0;
constexpr std::uint64_t kStackOffset = 0;
#endif

void serve(trap::Registers& registers) {
  const Personality& personality = process->personality();
  const std::uint64_t number = number_of(registers);
  const auto found = std::find_if(personality.calls.begin(), personality.calls.end(),
                                  [=](const ServedCall& call) { return call.number == number; });
  if (found == personality.calls.end()) {
    refuse("system call %llu of %s is not served", static_cast<unsigned long long>(number),
           name(personality.brand).data());
  }
  const Answer answer = found->serve(*process, arguments_of(registers));
  registers.carry = answer.error != 0;
  registers.general[kResult] =
      answer.error != 0 ? static_cast<std::uint64_t>(answer.error) : answer.value;
  registers.program_counter += personality.skipped_after_call;
}

const Personality* find_personality(std::string_view system) {
  for (const Personality* personality : {&kFreebsd, &kNetbsd, &kOpenbsd}) {
    if (name(personality->brand) == system) return personality;
  }
  return nullptr;
}

[[noreturn]] void run(const Personality& personality, std::span<char* const> arguments) {
  const char* const path = arguments[0];
  const auto file = map_file(path);
  if (!file) refuse("%s: %s", path, std::strerror(errno));
  static Process the_process(personality, within_reach(personality.rules));
  process = &the_process;
  const os::sim::Config& rules = the_process.memory().rules();
  Plan plan;
  if (const char* const why = parse(*file, os::sim::usable(rules), rules.page_size, &plan)) {
    refuse("%s: %s", path, why);
  }
  if (plan.machine != kMachine) refuse("%s: it is for another processor", path);
  if (plan.brand != personality.brand) {
    refuse("%s: it is for %s", path, name(plan.brand).data());
  }
  const Image image = load(plan, arguments, the_process);
  if (!trap::install(image.text, serve)) {
    refuse("system calls cannot be caught here: %s", std::strerror(errno));
  }
  protect(plan, the_process);
  trap::Registers registers;
  registers.program_counter = plan.entry;
  registers.general[trap::kStackPointer] = image.stack.value();
  if (personality.arguments_in_first_register) {
    registers.general[kFirst] = image.stack.value();
    registers.general[trap::kStackPointer] -= kStackOffset;
  }
  trap::enter(registers);
}

}  // namespace
}  // namespace Atoll::hosts::bsd

int main(int argc, char** argv) {
  namespace bsd = Atoll::hosts::bsd;
  using Atoll::hosts::refuse;
  if (argc < 3) refuse("usage: bsd_host freebsd|netbsd|openbsd PROGRAM ARGUMENTS...");
  const bsd::Personality* const personality = bsd::find_personality(argv[1]);
  if (personality == nullptr) refuse("%s: no such system", argv[1]);
  bsd::run(*personality, std::span(argv + 2, static_cast<std::size_t>(argc - 2)));
}
