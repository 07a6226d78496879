#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "os/backend/posix_clock.h"
#include "os/backend/thread_exit_key.h"
#include "os/linux/linux_os.h"

namespace Atoll::os {
namespace {

constinit LinuxOs linux_os;
constinit ThreadExitKey<pthread_key_t, &::pthread_key_create, &::pthread_setspecific,
                        &::sched_yield>
    exit_key;

static_assert(sizeof(std::atomic<std::uint32_t>) == 4, "a futex is the word itself");

}  // namespace

Os& native() { return linux_os; }

void LinuxOs::abort() { ::abort(); }

std::uint64_t LinuxOs::monotonic_nanoseconds() { return posix_monotonic_nanoseconds(); }

std::uint64_t LinuxOs::random_seed() {
  const int errno_before = errno;
  constexpr unsigned kNonBlocking = 1;
  std::uint64_t seed = 0;
  if (::syscall(SYS_getrandom, &seed, sizeof seed, kNonBlocking) != sizeof seed) {
    // This is early in boot, or on a kernel before 3.17. The kernel also left some random bytes at
    // program start.
    seed = 0;
    if (const unsigned long given = ::getauxval(AT_RANDOM); given != 0) {
      std::memcpy(&seed, Address(given).pointer(), sizeof seed);
    }
    seed ^= monotonic_nanoseconds() * 0x9e3779b97f4a7c15;
  }
  errno = errno_before;
  return seed;
}

void LinuxOs::park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  const int errno_before = errno;
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
  errno = errno_before;
}

void LinuxOs::unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) {
  // The kernel takes the number as signed, and 0 as 1.
  if (count == 0) return;
  constexpr std::uint32_t kAll = std::numeric_limits<std::int32_t>::max();
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count < kAll ? count : kAll, nullptr, nullptr, 0);
}

void LinuxOs::yield() { ::sched_yield(); }

bool LinuxOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  return exit_key.set(function, argument);
}

}  // namespace Atoll::os
