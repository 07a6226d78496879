#include <cstdint>

#include "os/backend/thread_exit_key.h"
#include "os/darwin/darwin_os.h"
#include "os/darwin/system.h"

namespace Atoll::os {
namespace {

constinit DarwinOs darwin_os;
constinit ThreadExitKey<unsigned long, &darwin::make_thread_key, &darwin::set_thread_value,
                        &darwin::yield_processor>
    exit_key;

static_assert(sizeof(std::atomic<std::uint32_t>) == 4, "what is waited on is the word itself");

void* address_of(const std::atomic<std::uint32_t>& word) {
  return const_cast<std::atomic<std::uint32_t>*>(&word);
}

}  // namespace

Os& native() { return darwin_os; }

void DarwinOs::abort() { darwin::abort_program(); }

std::uint64_t DarwinOs::monotonic_nanoseconds() {
  return darwin::clock_nanoseconds(darwin::kClockUptimeRaw);
}

std::uint64_t DarwinOs::random_seed() {
  const int errno_before = *darwin::errno_place();
  std::uint64_t seed = 0;
  if (darwin::getentropy(&seed, sizeof seed) != 0) {
    // Mixes the addresses of the program and its stack with the time.
    seed =
        (Address::of(&seed).value() ^ Address::of(&darwin_os).value() ^ monotonic_nanoseconds()) *
        0x9e3779b97f4a7c15;
  }
  *darwin::errno_place() = errno_before;
  return seed;
}

void DarwinOs::park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  constexpr std::uint32_t kForEver = 0;
  (void)darwin::ulock_wait(darwin::kUlockCompareAndWait | darwin::kUlockNoErrno, address_of(word),
                           expected, kForEver);
}

void DarwinOs::unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) {
  constexpr std::uint32_t kOperation = darwin::kUlockCompareAndWait | darwin::kUlockNoErrno;
  constexpr std::uint32_t kAll = 0xffff'ffff;
  if (count == kAll) {
    (void)darwin::ulock_wake(kOperation | darwin::kUlockWakeAll, address_of(word), 0);
    return;
  }
  // The call fails when no thread is left to wake.
  while (count != 0 && darwin::ulock_wake(kOperation, address_of(word), 0) >= 0) --count;
}

void DarwinOs::yield() { (void)darwin::yield_processor(); }

bool DarwinOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  return exit_key.set(function, argument);
}

}  // namespace Atoll::os
