// Forks at awkward moments: each argument is one. Those that fail hang.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <thread>

#include "tests/malloc/preload/check.h"

namespace {

void expect_success(pid_t child) {
  int status = 0;
  pid_t ended = 0;
  CHECK(child > 0);
  do {
    ended = waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  CHECK(ended == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Small blocks and large ones, so that much of it is inside of malloc() and free().
template <typename Malloc, typename Free>
void churn(unsigned seed, int steps, Malloc allocate, Free release) {
  std::array<char*, 100> blocks{};
  std::uint32_t state = seed;
  for (int n = 0; n < steps; ++n) {
    state = state * 1664525 + 1013904223;
    char*& block = blocks[(state >> 8) % blocks.size()];
    if (block != nullptr) CHECK(*block == 'x');
    release(block);
    block = static_cast<char*>(allocate((state & 0x8000) != 0 ? state >> 12 & 0xfffff : 50));
    CHECK(block != nullptr);
    *block = 'x';
  }
  for (char* const block : blocks) release(block);
}
void churn(unsigned seed, int steps) { churn(seed, steps, &std::malloc, &std::free); }

// --- In a signal handler, while the only thread is inside of malloc(). ---

volatile sig_atomic_t forks = 0;
volatile sig_atomic_t is_child = 0;

void fork_in_handler(int /*signal*/) {
  const int before = errno;
  const pid_t child = is_child != 0 ? 0 : fork();
  // The child goes on where its parent was interrupted.
  if (child == 0) {
    is_child = 1;
  } else {
    expect_success(child);
    forks = forks + 1;
  }
  errno = before;
}

// Once for each of `count` signals, which `send` brings about while there is work.
template <typename Send>
void fork_from_signals(int count, Send send) {
  struct sigaction action = {};
  action.sa_handler = &fork_in_handler;
  CHECK(sigaction(SIGALRM, &action, nullptr) == 0);
  unsigned seed = 1;
  for (forks = 0; forks < count && is_child == 0;) {
    const int before = forks;
    send(forks);
    while (forks == before && is_child == 0) churn(seed++, 200);
  }
  churn(seed, 1000);
  if (is_child != 0) _exit(0);
}

// Of a timer, which finds the fast paths as well.
void fork_from_timer() {
  fork_from_signals(40, [](int n) {
    const itimerval once = {{0, 0}, {0, 20 + n * 7}};
    CHECK(setitimer(ITIMER_REAL, &once, nullptr) == 0);
  });
}

// In the middle of the system's functions, with every lock that malloc() holds then
// (tests/malloc/preload/interposing.c).
void fork_from_calls() {
  auto* const raise_instead = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "raise_instead"));
  CHECK(raise_instead != nullptr);
  fork_from_signals(20, [raise_instead](int /*n*/) { raise_instead(1); });
}

#if defined(__x86_64__)

// --- At every single instruction of a call. ---

constexpr greg_t kTrapFlag = 0x100;  // of the processor, which then stops after each instruction
volatile sig_atomic_t wants_trap = 0;

// Whether it is code of the kernel's, which reads the clock again and again until it did so within
// one tick: forks would take longer than that.
bool is_vdso(std::uint64_t address) {
  constexpr std::uint64_t kSize = 2 * 4096;
  return address - getauxval(AT_SYSINFO_EHDR) < kSize;
}

// Whatever signal it is for: a trap after an instruction, or the one that begins it all.
void fork_at_instruction(int signal, siginfo_t* /*info*/, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  greg_t& flags = registers[REG_EFL];
  const bool is_usable = !is_vdso(static_cast<std::uint64_t>(registers[REG_RIP]));
  if (signal == SIGTRAP && is_child == 0 && is_usable) fork_in_handler(signal);
  if (is_child == 0 && wants_trap != 0) {
    flags |= kTrapFlag;
  } else {
    flags &= ~kTrapFlag;
  }
}

// Each child ends its call and makes some more.
template <typename Call>
void fork_at_each_instruction_of(const Call& call) {
  const int before = forks;
  wants_trap = 1;
  CHECK(raise(SIGUSR1) == 0);
  call();
  wants_trap = 0;
  if (is_child != 0) {
    churn(1, 20);
    _exit(0);
  }
  CHECK(forks - before > 20);
}

void fork_from_instructions() {
  struct sigaction action = {};
  action.sa_sigaction = &fork_at_instruction;
  action.sa_flags = SA_SIGINFO;
  CHECK(sigaction(SIGTRAP, &action, nullptr) == 0 && sigaction(SIGUSR1, &action, nullptr) == 0);
  for (const std::size_t size : {std::size_t{48}, std::size_t{5000}, std::size_t{200'000}}) {
    for (int round = 0; round < 2; ++round) {
      void* volatile block = nullptr;
      fork_at_each_instruction_of([&] { block = std::malloc(size); });
      CHECK(block != nullptr);
      fork_at_each_instruction_of([&] { std::free(block); });
    }
  }
}

#else

void fork_from_instructions() { std::fprintf(stderr, "forks: this processor is not stepped\n"); }

#endif

// --- While another thread makes the very first call of a library that was just opened. ---

void fork_at_first_call(const char* path) {
  using Malloc = void*(std::size_t);
  using Free = void(void*);
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(library != nullptr);
  auto* const allocate = reinterpret_cast<Malloc*>(dlsym(library, "malloc"));
  auto* const release = reinterpret_cast<Free*>(dlsym(library, "free"));
  CHECK(allocate != nullptr && release != nullptr);
  std::atomic<bool> is_over{false};
  std::atomic<bool> may_start{false};
  std::thread first([&] {
    while (!may_start) {
    }
    while (!is_over) churn(1, 10, allocate, release);
  });
  may_start = true;
  for (int round = 0; round < 3; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      churn(2, 100, allocate, release);
      _exit(0);
    }
    expect_success(child);
  }
  is_over = true;
  first.join();
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view moment = count > 1 ? arguments[1] : "";
  if (moment == "timer") {
    fork_from_timer();
  } else if (moment == "instructions") {
    fork_from_instructions();
  } else if (moment == "calls") {
    fork_from_calls();
  } else if (moment == "first" && count > 2) {
    // Each process has one first call.
    for (int i = 0; i < 200; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        fork_at_first_call(arguments[2]);
        _exit(0);
      }
      expect_success(child);
    }
  } else {
    std::fprintf(stderr, "forks: no such moment\n");
    return 2;
  }
  return 0;
}
