// What os/linux and its tests ask of libc: one system call each. The headers of include/ declare
// these, and those of newlib.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "freestanding/linux/auxiliary_vector.h"
#include "freestanding/linux/system.h"

namespace Atoll::freestanding {

constinit const std::uint64_t* auxiliary_vector = nullptr;

namespace {

// As libc returns it: what is no error, or -1 with errno.
long result(std::int64_t answer) {
  if (answer >= 0 || answer < -4095) return static_cast<long>(answer);
  errno = static_cast<int>(-answer);
  return -1;
}

void* pointer(long value) { return reinterpret_cast<void*>(value); }

// The break is moved through libc only.
constinit char* end_of_break = nullptr;

// Answers where it is now, which is where it was if it could not be moved.
char* move_break(std::uint64_t to) {
  return reinterpret_cast<char*>(call_system(SystemCall::kBrk, to));
}

constexpr std::size_t kMostKeys = 16;

constinit const void* values[kMostKeys] = {};
constinit std::size_t num_keys = 0;

}  // namespace

extern "C" {

void* mmap(void* hint, size_t size, int protection, int flags, int file, off_t offset) {
  return pointer(result(call_system(SystemCall::kMmap, argument(hint), size, argument(protection),
                                    argument(flags), argument(file), argument(offset))));
}

int munmap(void* p, size_t size) {
  return static_cast<int>(result(call_system(SystemCall::kMunmap, argument(p), size)));
}

int mprotect(void* p, size_t size, int protection) {
  return static_cast<int>(
      result(call_system(SystemCall::kMprotect, argument(p), size, argument(protection))));
}

int madvise(void* p, size_t size, int advice) {
  return static_cast<int>(
      result(call_system(SystemCall::kMadvise, argument(p), size, argument(advice))));
}

int mincore(void* p, size_t size, unsigned char* resident) {
  return static_cast<int>(
      result(call_system(SystemCall::kMincore, argument(p), size, argument(resident))));
}

int brk(void* end) {
  end_of_break = move_break(argument(end));
  if (end_of_break == end) return 0;
  errno = ENOMEM;
  return -1;
}

void* sbrk(ptrdiff_t size) {
  if (end_of_break == nullptr) end_of_break = move_break(0);
  char* const before = end_of_break;
  if (size != 0 && brk(before + size) != 0) return pointer(-1);
  return before;
}

ssize_t write(int file, const void* bytes, size_t size) {
  return result(call_system(SystemCall::kWrite, argument(file), argument(bytes), size));
}

ssize_t read(int file, void* bytes, size_t size) {
  return result(call_system(SystemCall::kRead, argument(file), argument(bytes), size));
}

int open(const char* path, int flags, ...) {
  constexpr std::int64_t kFromHere = -100;
  return static_cast<int>(result(
      call_system(SystemCall::kOpenat, argument(kFromHere), argument(path), argument(flags))));
}

int close(int file) {
  return static_cast<int>(result(call_system(SystemCall::kClose, argument(file))));
}

int pipe(int ends[2]) {
  return static_cast<int>(result(call_system(SystemCall::kPipe2, argument(ends))));
}

long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  std::uint64_t a[6];
  for (std::uint64_t& each : a) each = va_arg(list, std::uint64_t);
  va_end(list);
  return result(call_kernel(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

unsigned long getauxval(unsigned long key) {
  for (const std::uint64_t* pair = auxiliary_vector; pair[0] != 0; pair += 2) {
    if (pair[0] == key) return pair[1];
  }
  errno = ENOENT;
  return 0;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  static_assert(sizeof(now->tv_sec) == 8 && sizeof(now->tv_nsec) == 8);
  return static_cast<int>(result(
      call_system(SystemCall::kClockGettime, static_cast<std::uint64_t>(clock), argument(now))));
}

int sched_yield() { return static_cast<int>(result(call_system(SystemCall::kSchedYield))); }

// There is one thread, and Linux runs destructors of keys for that one in pthread_exit() only.
int pthread_key_create(pthread_key_t* key, void (*)(void*)) {
  if (num_keys == kMostKeys) return EAGAIN;
  *key = static_cast<pthread_key_t>(num_keys++);
  return 0;
}

int pthread_setspecific(pthread_key_t key, const void* value) {
  const auto index = static_cast<std::size_t>(key);
  if (index >= num_keys) return EINVAL;
  values[index] = value;
  return 0;
}

}  // extern "C"
}  // namespace Atoll::freestanding
