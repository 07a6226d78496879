#include "hosts/darwin/shims.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>

#include "hosts/base/refuse.h"

namespace Atoll::hosts::darwin {
namespace {

thread_local int guest_error = 0;

std::uint64_t page_size = 0;

long answer(long result) {
  if (result < 0) guest_error = error_of(errno);
  return result;
}

long write_shim(int file, const void* bytes, std::size_t size) {
  return answer(::write(file, bytes, size));
}
long read_shim(int file, void* bytes, std::size_t size) {
  return answer(::read(file, bytes, size));
}
int pipe_shim(int* ends) { return static_cast<int>(answer(::pipe(ends))); }

int sched_yield_shim() { return ::sched_yield(); }

int getentropy_shim(void* bytes, std::size_t size) {
  return static_cast<int>(answer(::getentropy(bytes, size)));
}

std::uint64_t clock_shim(int clock) {
  constexpr int kUptimeRaw = 8;
  if (clock != kUptimeRaw) refuse("clock_gettime_nsec_np of clock %d is not served", clock);
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

int sysctl_shim(const int* name, unsigned length, void* old_value, std::size_t* old_size,
                const void* new_value, std::size_t) {
  constexpr int kHardware = 6;
  constexpr int kPageSize = 7;
  if (length != 2 || name[0] != kHardware || name[1] != kPageSize) {
    refuse("sysctl {%d, %d} is not served", length > 0 ? name[0] : -1, length > 1 ? name[1] : -1);
  }
  if (new_value != nullptr) refuse("sysctl that sets something is not served");
  if (old_size == nullptr) return 0;
  const int value = static_cast<int>(page_size);
  if (old_value != nullptr) {
    if (*old_size < sizeof value) return fail(kErrorNoMemory);
    *static_cast<int*>(old_value) = value;
  }
  *old_size = sizeof value;
  return 0;
}

[[noreturn]] void exit_shim(int code) { ::_exit(code); }
[[noreturn]] void abort_shim() { std::abort(); }

struct Shim {
  std::string_view symbol;
  void* function;
};

template <class Function>
Shim shim(std::string_view symbol, Function* function) {
  return {symbol, reinterpret_cast<void*>(function)};
}

}  // namespace

int* error_place() { return &guest_error; }

int fail(int error) {
  guest_error = error;
  return -1;
}

// Up to 34 all systems have the numbers of the first Unix, except that EAGAIN, 11 on Linux, is 35.
int error_of(int linux_error) {
  constexpr int kLastInCommon = 34;
  constexpr int kOther = 102;
  switch (linux_error) {
    case EAGAIN:
      return kErrorAgain;
    case ETIMEDOUT:
      return kErrorTimedOut;
    default:
      return linux_error <= kLastInCommon ? linux_error : kOther;
  }
}

void* find_shim(std::string_view symbol) {
  static const Shim shims[] = {
      shim("___error", error_place),
      shim("___ulock_wait", ulock_wait_shim),
      shim("___ulock_wake", ulock_wake_shim),
      shim("__exit", exit_shim),
      shim("_abort", abort_shim),
      shim("_clock_gettime_nsec_np", clock_shim),
      shim("_getentropy", getentropy_shim),
      shim("_madvise", madvise_shim),
      shim("_mincore", mincore_shim),
      shim("_mmap", mmap_shim),
      shim("_mprotect", mprotect_shim),
      shim("_munmap", munmap_shim),
      shim("_pipe", pipe_shim),
      shim("_pthread_create", pthread_create_shim),
      shim("_pthread_getspecific", pthread_getspecific_shim),
      shim("_pthread_join", pthread_join_shim),
      shim("_pthread_key_create", pthread_key_create_shim),
      shim("_pthread_self", pthread_self_shim),
      shim("_pthread_setspecific", pthread_setspecific_shim),
      shim("_read", read_shim),
      shim("_sched_yield", sched_yield_shim),
      shim("_sysctl", sysctl_shim),
      shim("_write", write_shim),
  };
  const auto* const found = std::find_if(std::begin(shims), std::end(shims),
                                         [&](const Shim& s) { return s.symbol == symbol; });
  return found == std::end(shims) ? nullptr : found->function;
}

void serve_from(GuestMemory& memory) {
  page_size = memory.rules().page_size;
  set_memory(memory);
}

}  // namespace Atoll::hosts::darwin
