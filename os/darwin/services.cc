#include <cstdint>

#include "os/darwin/darwin_os.h"
#include "os/darwin/system.h"

namespace Atoll::os {
namespace {

using namespace darwin;

constinit DarwinOs darwin_os;

enum KeyState : std::uint32_t { kUnmade, kBeingMade, kMade, kRefused };

static_assert(sizeof(std::atomic<std::uint32_t>) == 4, "what is waited on is the word itself");

void* address_of(const std::atomic<std::uint32_t>& word) {
  return const_cast<std::atomic<std::uint32_t>*>(&word);
}

}  // namespace

Os& native() { return darwin_os; }

void DarwinOs::write(std::string_view text) {
  const int errno_before = *__error();
  while (!text.empty()) {
    const long n = write_file(kStandardError, text.data(), text.size());
    if (n > 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (n == 0 || *__error() != kErrorInterrupted) {
      break;
    }
  }
  *__error() = errno_before;
}

void DarwinOs::abort() { abort_program(); }

std::uint64_t DarwinOs::monotonic_nanoseconds() { return clock_nanoseconds(kClockUptimeRaw); }

std::uint64_t DarwinOs::random_seed() {
  const int errno_before = *__error();
  std::uint64_t seed = 0;
  if (getentropy(&seed, sizeof seed) != 0) {
    // Where the program, its stack and the moment are.
    seed =
        (Address::of(&seed).value() ^ Address::of(&darwin_os).value() ^ monotonic_nanoseconds()) *
        0x9e3779b97f4a7c15;
  }
  *__error() = errno_before;
  return seed;
}

void DarwinOs::park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  constexpr std::uint32_t kForEver = 0;
  (void)__ulock_wait(kUlockCompareAndWait | kUlockNoErrno, address_of(word), expected, kForEver);
}

void DarwinOs::unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) {
  constexpr std::uint32_t kOperation = kUlockCompareAndWait | kUlockNoErrno;
  constexpr std::uint32_t kAll = 0xffff'ffff;
  if (count == kAll) {
    (void)__ulock_wake(kOperation | kUlockWakeAll, address_of(word), 0);
    return;
  }
  // It fails when nobody is left to be woken.
  while (count != 0 && __ulock_wake(kOperation, address_of(word), 0) >= 0) --count;
}

void DarwinOs::yield() { (void)yield_processor(); }

bool DarwinOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  std::uint32_t state = exit_key_state_.load(std::memory_order_acquire);
  if (state == kUnmade &&
      exit_key_state_.compare_exchange_strong(state, kBeingMade, std::memory_order_acquire)) {
    unsigned long key = 0;
    state = make_thread_key(&key, function) == 0 ? kMade : kRefused;
    exit_key_ = key;
    exit_key_state_.store(state, std::memory_order_release);
  }
  while (state == kBeingMade) {
    yield();
    state = exit_key_state_.load(std::memory_order_acquire);
  }
  return state == kMade && set_thread_value(exit_key_, argument) == 0;
}

}  // namespace Atoll::os
