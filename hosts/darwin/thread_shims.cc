// A guest's thread is a Linux thread of this process.

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "hosts/base/refuse.h"
#include "hosts/darwin/shims.h"

namespace Atoll::hosts::darwin {
namespace {

constexpr std::uint32_t kOpcodeMask = 0xff;
constexpr std::uint32_t kCompareAndWait = 1;
constexpr std::uint32_t kWakeAll = 0x100;
constexpr std::uint32_t kNoErrno = 0x0100'0000;

// These have the same width, so the guest can keep Linux' pthread_t in a variable of its own type.
static_assert(sizeof(pthread_t) == sizeof(void*));

void check_operation(const char* call, std::uint32_t operation, std::uint32_t flags) {
  if ((operation & kOpcodeMask) != kCompareAndWait || (operation & ~(kOpcodeMask | flags)) != 0) {
    refuse("%s with operation 0x%x is not served", call, operation);
  }
}

int ulock_failure(std::uint32_t operation, int error) {
  return (operation & kNoErrno) != 0 ? -error : fail(error);
}

}  // namespace

int pthread_create_shim(void** thread, const void* attributes, ThreadFunction function,
                        void* argument) {
  if (attributes != nullptr) refuse("pthread_create with attributes is not served");
  pthread_t made{};
  const int error = ::pthread_create(&made, nullptr, function, argument);
  if (error == 0) *thread = reinterpret_cast<void*>(made);
  return error_of(error);
}

int pthread_join_shim(void* thread, void** result) {
  return error_of(::pthread_join(reinterpret_cast<pthread_t>(thread), result));
}

void* pthread_self_shim() { return reinterpret_cast<void*>(::pthread_self()); }

int pthread_key_create_shim(unsigned long* key, void (*at_exit)(void*)) {
  pthread_key_t made = 0;
  const int error = ::pthread_key_create(&made, at_exit);
  if (error == 0) *key = made;
  return error_of(error);
}

void* pthread_getspecific_shim(unsigned long key) {
  return key > UINT_MAX ? nullptr : ::pthread_getspecific(static_cast<pthread_key_t>(key));
}

int pthread_setspecific_shim(unsigned long key, const void* value) {
  if (key > UINT_MAX) return kErrorInvalid;
  return error_of(::pthread_setspecific(static_cast<pthread_key_t>(key), value));
}

int ulock_wait_shim(std::uint32_t operation, void* word, std::uint64_t expected,
                    std::uint32_t microseconds) {
  check_operation("__ulock_wait", operation, kNoErrno);
  const auto address = reinterpret_cast<std::uintptr_t>(word);
  if (address == 0 || address % 4 != 0) return ulock_failure(operation, kErrorInvalid);
  // A word of 32 bits never equals a number that needs more.
  if (expected > UINT_MAX) return 0;
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(microseconds / 1'000'000);
  limit.tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1000;
  const long result =
      ::syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, static_cast<std::uint32_t>(expected),
                microseconds == 0 ? nullptr : &limit, nullptr, 0);
  // EAGAIN: the word has changed already, which XNU reports as success.
  if (result == 0 || errno == EAGAIN) return 0;
  return ulock_failure(operation, error_of(errno));
}

int ulock_wake_shim(std::uint32_t operation, void* word, std::uint64_t) {
  check_operation("__ulock_wake", operation, kNoErrno | kWakeAll);
  if (word == nullptr) return ulock_failure(operation, kErrorInvalid);
  const int count = (operation & kWakeAll) != 0 ? INT_MAX : 1;
  const long woken = ::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
  if (woken < 0) return ulock_failure(operation, error_of(errno));
  return woken == 0 ? ulock_failure(operation, kErrorNoEntry) : 0;
}

}  // namespace Atoll::hosts::darwin
