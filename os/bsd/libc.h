// Declares what the backend uses of the system's libc, which is the same on all four systems except
// for a few names. So the backend compiles anywhere, and links with that libc or with a stand-in
// for it (freestanding/bsd/libc.cc).
//
// This declares every function on every system. The backend does not use those that a system lacks.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__FreeBSD__) || defined(__DragonFly__)
#define ATOLL_BSD_ERRNO "__error"
#else
#define ATOLL_BSD_ERRNO "__errno"
#endif
#if defined(__NetBSD__)
#define ATOLL_BSD_CLOCK "__clock_gettime50"
#else
#define ATOLL_BSD_CLOCK "clock_gettime"
#endif

namespace Atoll::os::bsd::libc {

#if defined(__FreeBSD__) && defined(__i386__)
using Seconds = std::int32_t;
#else
using Seconds = std::int64_t;
#endif

struct TimeSpec {
  Seconds seconds;
  long nanoseconds;
};

extern "C" {
int* errno_location() __asm__(ATOLL_BSD_ERRNO);

void* mmap(void* address, std::size_t size, int protection, int flags, int file,
           std::int64_t offset);
int munmap(void* address, std::size_t size);
int mprotect(void* address, std::size_t size, int protection);
int madvise(void* address, std::size_t size, int advice);
int mincore(const void* address, std::size_t size, char* pages);

int sysctl(const int* name, unsigned name_size, void* old_value, std::size_t* old_size,
           const void* new_value, std::size_t new_size);
std::ptrdiff_t write(int file, const void* bytes, std::size_t size);
int clock_gettime(int clock, TimeSpec* time) __asm__(ATOLL_BSD_CLOCK);
int sched_yield();

int getentropy(void* bytes, std::size_t size);
void arc4random_buf(void* bytes, std::size_t size);

int _umtx_op(void* word, int operation, unsigned long value, void* other, void* timeout);
int syscall(int number, ...);
int futex(volatile std::uint32_t* word, int operation, int value, const TimeSpec* timeout,
          volatile std::uint32_t* other);
int umtx_sleep(const volatile int* word, int value, int microseconds);
int umtx_wakeup(const volatile int* word, int count);

// From libpthread; null if it is not linked in.
[[gnu::weak]] int pthread_key_create(unsigned* key, void (*function)(void*));
[[gnu::weak]] int pthread_setspecific(unsigned key, const void* value);
}

}  // namespace Atoll::os::bsd::libc

#undef ATOLL_BSD_ERRNO
#undef ATOLL_BSD_CLOCK
