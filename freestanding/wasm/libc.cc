// What os/wasm asks of libc. The headers of include/ declare these, and those of newlib.

#include <time.h>
#include <unistd.h>

#include "freestanding/wasm/host.h"

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  atoll_write(file, bytes, size);
  return static_cast<ssize_t>(size);
}

int clock_gettime(clockid_t, struct timespec* now) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::uint64_t nanoseconds = atoll_nanoseconds();
  now->tv_sec = static_cast<time_t>(nanoseconds / kSecond);
  now->tv_nsec = static_cast<long>(nanoseconds % kSecond);
  return 0;
}

int getentropy(void* to, size_t size) {
  atoll_random(to, size);
  return 0;
}

}  // extern "C"
