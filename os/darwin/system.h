// Declares what this backend calls of libSystem, so that it compiles without Apple's SDK. The types
// are those of the SDK's own headers, so a file may include both. Where the name of a type is in
// the way, the function has a name of its own here, and its label says which one it is.
#pragma once

#include <cstddef>
#include <cstdint>

namespace Atoll::os::darwin {

extern "C" {

void* mmap(void* address, std::size_t size, int protection, int flags, int file, long long offset);
int munmap(void* address, std::size_t size);
int mprotect(void* address, std::size_t size, int protection);
int madvise(void* address, std::size_t size, int advice);
int mincore(const void* address, std::size_t size, char* pages);
int sysctl(int* name, unsigned name_length, void* old_value, std::size_t* old_size, void* new_value,
           std::size_t new_size);
int* errno_place() __asm("___error");

long write_file(int file, const void* bytes, std::size_t size) __asm("_write");
[[noreturn]] void abort_program() __asm("_abort");
int getentropy(void* bytes, std::size_t size);
std::uint64_t clock_nanoseconds(int clock) __asm("_clock_gettime_nsec_np");
int yield_processor() __asm("_sched_yield");

int make_thread_key(unsigned long* key, void (*at_exit)(void*)) __asm("_pthread_key_create");
int set_thread_value(unsigned long key, const void* value) __asm("_pthread_setspecific");

int ulock_wait(std::uint32_t operation, void* word, std::uint64_t expected,
               std::uint32_t microseconds) __asm("___ulock_wait");
int ulock_wake(std::uint32_t operation, void* word, std::uint64_t value) __asm("___ulock_wake");

}  // extern "C"

inline constexpr int kProtectNone = 0;
inline constexpr int kProtectReadWrite = 3;

inline constexpr int kMapPrivate = 0x2;
inline constexpr int kMapFixed = 0x10;
inline constexpr int kMapAnonymous = 0x1000;

inline constexpr int kAdviceFree = 5;
inline constexpr int kAdviceFreeReusable = 7;
inline constexpr int kAdviceFreeReuse = 8;

inline constexpr int kControlHardware = 6;
inline constexpr int kHardwarePageSize = 7;

// mach_absolute_time() in nanoseconds.
inline constexpr int kClockUptimeRaw = 8;

inline constexpr std::uint32_t kUlockCompareAndWait = 1;
inline constexpr std::uint32_t kUlockWakeAll = 0x100;
inline constexpr std::uint32_t kUlockNoErrno = 0x0100'0000;

inline constexpr int kErrorNotPermitted = 1;
inline constexpr int kErrorInterrupted = 4;
inline constexpr int kErrorNoMemory = 12;
inline constexpr int kErrorAccess = 13;
inline constexpr int kErrorInvalid = 22;
inline constexpr int kErrorAgain = 35;
inline constexpr int kErrorNoCall = 78;

}  // namespace Atoll::os::darwin
