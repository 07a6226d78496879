#include "tests/instructions/counter.h"

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace Atoll::test {
namespace {

// Where counting begins and ends. The child has them at the same addresses.
[[gnu::noinline]] void begin() { asm volatile("" ::: "memory"); }
[[gnu::noinline]] void end() { asm volatile("" ::: "memory"); }

[[noreturn]] void run_child(void (*work)(void*), void* argument) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
  (void)raise(SIGSTOP);
  begin();
  work(argument);
  end();
  _exit(0);
}

class Stepper {
 public:
  explicit Stepper(pid_t child) : child_(child) {}

  // Steps until the child is at `address`; empty if it ends before.
  std::optional<std::uint64_t> step_to(void (*function)()) {
    const auto address = reinterpret_cast<std::uint64_t>(function);
    for (std::uint64_t count = 0;; ++count) {
      user_regs_struct registers;
      if (ptrace(PTRACE_GETREGS, child_, nullptr, &registers) != 0) return std::nullopt;
      if (registers.rip == address) return count;
      if (ptrace(PTRACE_SINGLESTEP, child_, nullptr, nullptr) != 0) return std::nullopt;
      int status = 0;
      if (waitpid(child_, &status, 0) != child_ || !WIFSTOPPED(status)) return std::nullopt;
    }
  }

 private:
  pid_t child_;
};

}  // namespace

std::optional<std::uint64_t> count_instructions(void (*work)(void*), void* argument) {
  const pid_t child = fork();
  if (child == 0) run_child(work, argument);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return std::nullopt;
  Stepper stepper(child);
  std::optional<std::uint64_t> count = stepper.step_to(&begin);
  if (count) count = stepper.step_to(&end);
  (void)kill(child, SIGKILL);
  (void)waitpid(child, &status, 0);
  return count;
}

}  // namespace Atoll::test
