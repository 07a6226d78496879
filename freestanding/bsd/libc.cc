// Implements the functions of os/bsd/libc.h with system calls. There are no threads, since there is
// no libpthread.

#include "os/bsd/libc.h"

#include <cstdarg>
#include <cstdint>

#include "freestanding/bsd/calls.h"
#include "os/bsd/systems.h"

namespace Atoll::os::bsd::libc {
namespace {

using freestanding::Answer;
using freestanding::argument;
using freestanding::call_system;
using freestanding::SystemCall;

template <class Result>
Result result_of(Answer answer) {
  if (!answer.failed) return static_cast<Result>(answer.value);
  *errno_location() = static_cast<int>(answer.value);
  return static_cast<Result>(-1);
}

// An int in the form in which the kernel takes it.
std::uint64_t number(int value) { return static_cast<std::uint64_t>(std::int64_t{value}); }

}  // namespace

extern "C" {

#if defined(__FreeBSD__)
int* errno_location() {
  static constinit int error = 0;
  return &error;
}
#endif
// On the others it has the name of newlib's function, which freestanding/cxx defines.

void* mmap(void* address, std::size_t size, int protection, int flags, int file,
           std::int64_t offset) {
  constexpr std::uint64_t kPadding = 0;
  const auto position = static_cast<std::uint64_t>(offset);
  const bool is_padded = kSystem.name == kNetbsd.name;
  const Answer answer =
      call_system(SystemCall::kMmap, argument(address), size, number(protection), number(flags),
                  number(file), is_padded ? kPadding : position, is_padded ? position : kPadding);
  return reinterpret_cast<void*>(result_of<std::intptr_t>(answer));
}

int munmap(void* address, std::size_t size) {
  return result_of<int>(call_system(SystemCall::kMunmap, argument(address), size));
}

int mprotect(void* address, std::size_t size, int protection) {
  return result_of<int>(
      call_system(SystemCall::kMprotect, argument(address), size, number(protection)));
}

int madvise(void* address, std::size_t size, int advice) {
  return result_of<int>(call_system(SystemCall::kMadvise, argument(address), size, number(advice)));
}

#if !defined(__OpenBSD__)
int mincore(const void* address, std::size_t size, char* pages) {
  return result_of<int>(
      call_system(SystemCall::kMincore, argument(address), size, argument(pages)));
}
#endif

int sysctl(const int* name, unsigned name_size, void* old_value, std::size_t* old_size,
           const void* new_value, std::size_t new_size) {
  return result_of<int>(call_system(SystemCall::kSysctl, argument(name), name_size,
                                    argument(old_value), argument(old_size), argument(new_value),
                                    new_size));
}

std::ptrdiff_t write(int file, const void* bytes, std::size_t size) {
  return result_of<std::ptrdiff_t>(
      call_system(SystemCall::kWrite, number(file), argument(bytes), size));
}

int clock_gettime(int clock, TimeSpec* time) {
  return result_of<int>(call_system(SystemCall::kClockGettime, number(clock), argument(time)));
}

int sched_yield() { return result_of<int>(call_system(SystemCall::kSchedYield)); }

#if defined(__OpenBSD__)
int getentropy(void* bytes, std::size_t size) {
  return result_of<int>(call_system(SystemCall::kGetentropy, argument(bytes), size));
}

int futex(volatile std::uint32_t* word, int operation, int value, const TimeSpec* timeout,
          volatile std::uint32_t* other) {
  return result_of<int>(call_system(SystemCall::kFutex, argument(word), number(operation),
                                    number(value), argument(timeout), argument(other)));
}
#elif defined(__FreeBSD__)
int _umtx_op(void* word, int operation, unsigned long value, void* other, void* timeout) {
  return result_of<int>(call_system(SystemCall::kUmtxOp, argument(word), number(operation), value,
                                    argument(other), argument(timeout)));
}
#elif defined(__NetBSD__)
// At most six arguments: the backend uses this only for futexes, which need no more.
int syscall(int call, ...) {
  std::va_list rest;
  va_start(rest, call);
  std::uint64_t a[6];
  for (std::uint64_t& argument : a) argument = va_arg(rest, std::uint64_t);
  va_end(rest);
  return result_of<int>(
      call_system(static_cast<SystemCall>(call), a[0], a[1], a[2], a[3], a[4], a[5]));
}
#endif

}  // extern "C"

}  // namespace Atoll::os::bsd::libc
