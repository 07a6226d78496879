#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "os/backend/thread_exit_key.h"
#include "os/bsd/bsd_os.h"
#include "os/bsd/libc.h"
#include "os/bsd/systems.h"

namespace Atoll::os {
namespace {

using bsd::kSystem;
using bsd::Park;
using bsd::Random;
namespace libc = bsd::libc;

constinit BsdOs bsd_os;
constinit ThreadExitKey<unsigned, &libc::pthread_key_create, &libc::pthread_setspecific,
                        &libc::sched_yield>
    exit_key;

static_assert(sizeof(std::atomic<std::uint32_t>) == 4, "a thread parks on the word itself");

// For _umtx_op.
constexpr int kWaitUintPrivate = 15;
constexpr int kWakePrivate = 16;

// For futexes.
constexpr int kPrivate = 128;
constexpr int kNetbsdFutex = 166;
constexpr int kNetbsdWait = 0;
constexpr int kNetbsdWake = 1;
constexpr int kOpenbsdWait = 1;
constexpr int kOpenbsdWake = 2;

bool has_threads() { return libc::pthread_key_create != nullptr; }

std::uint32_t* address_of(const std::atomic<std::uint32_t>& word) {
  return reinterpret_cast<std::uint32_t*>(const_cast<std::atomic<std::uint32_t>*>(&word));
}

}  // namespace

Os& native() { return bsd_os; }

void BsdOs::abort() { std::abort(); }

std::uint64_t BsdOs::monotonic_nanoseconds() {
  libc::TimeSpec now{};
  libc::clock_gettime(kSystem.monotonic_clock, &now);
  return static_cast<std::uint64_t>(now.seconds) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.nanoseconds);
}

std::uint64_t BsdOs::random_seed() {
  const int errno_before = *libc::errno_location();
  std::uint64_t seed = 0;
  bool ok = true;
  if constexpr (kSystem.random == Random::kSysctl) {
    const int name[] = {bsd::kKernel, kSystem.random_name};
    std::size_t size = sizeof seed;
    ok = libc::sysctl(name, 2, &seed, &size, nullptr, 0) == 0;
  } else if constexpr (kSystem.random == Random::kGetentropy) {
    ok = libc::getentropy(&seed, sizeof seed) == 0;
  } else {
    libc::arc4random_buf(&seed, sizeof seed);
  }
  if (!ok) seed = monotonic_nanoseconds() * 0x9e3779b97f4a7c15;
  *libc::errno_location() = errno_before;
  return seed;
}

void BsdOs::park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  if (!has_threads()) return;
  const int errno_before = *libc::errno_location();
  std::uint32_t* const p = address_of(word);
  if constexpr (kSystem.park == Park::kUmtxOp) {
    libc::_umtx_op(p, kWaitUintPrivate, expected, nullptr, nullptr);
  } else if constexpr (kSystem.park == Park::kFutexByCall) {
    libc::syscall(kNetbsdFutex, p, kNetbsdWait | kPrivate, expected, nullptr, nullptr, 0, 0);
  } else if constexpr (kSystem.park == Park::kFutex) {
    libc::futex(p, kOpenbsdWait | kPrivate, static_cast<int>(expected), nullptr, nullptr);
  } else {
    libc::umtx_sleep(reinterpret_cast<int*>(p), static_cast<int>(expected), 0);
  }
  *libc::errno_location() = errno_before;
}

void BsdOs::unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) {
  if (count == 0 || !has_threads()) return;
  const int errno_before = *libc::errno_location();
  constexpr std::uint32_t kAll = std::numeric_limits<std::int32_t>::max();
  const int number = static_cast<int>(std::min(count, kAll));
  std::uint32_t* const p = address_of(word);
  if constexpr (kSystem.park == Park::kUmtxOp) {
    libc::_umtx_op(p, kWakePrivate, static_cast<unsigned long>(number), nullptr, nullptr);
  } else if constexpr (kSystem.park == Park::kFutexByCall) {
    libc::syscall(kNetbsdFutex, p, kNetbsdWake | kPrivate, number, nullptr, nullptr, 0, 0);
  } else if constexpr (kSystem.park == Park::kFutex) {
    libc::futex(p, kOpenbsdWake | kPrivate, number, nullptr, nullptr);
  } else {
    libc::umtx_wakeup(reinterpret_cast<int*>(p), number);
  }
  *libc::errno_location() = errno_before;
}

void BsdOs::yield() { libc::sched_yield(); }

bool BsdOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  return has_threads() && exit_key.set(function, argument);
}

}  // namespace Atoll::os
