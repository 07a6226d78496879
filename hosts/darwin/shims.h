// The functions of libSystem that the host serves. The guest calls them with its own calling
// convention, which differs from the host's only for variable arguments, and none of them has any.
// README.md says what each does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hosts/base/guest_memory.h"

namespace Atoll::hosts::darwin {

// Called once, before the guest runs.
void serve_from(GuestMemory& memory);

// Null: the host does not serve it.
void* find_shim(std::string_view symbol);

// The numbers of Apple's <sys/errno.h> that differ from Linux', and some that do not.
enum Error : int {
  kErrorNone = 0,
  kErrorNoEntry = 2,
  kErrorInterrupted = 4,
  kErrorInputOutput = 5,
  kErrorNoMemory = 12,
  kErrorInvalid = 22,
  kErrorAgain = 35,
  kErrorTimedOut = 60,
};

// Translates a number of Linux. A number without a counterpart becomes 102, EOPNOTSUPP.
int error_of(int linux_error);

// The place of the guest's errno of this thread.
int* error_place();
// Sets it; returns -1.
int fail(int error);

// --- memory_shims.cc ---
void set_memory(GuestMemory& memory);
void* mmap_shim(void* address, std::size_t size, int protection, int flags, int file,
                long long offset);
int munmap_shim(void* address, std::size_t size);
int mprotect_shim(void* address, std::size_t size, int protection);
int madvise_shim(void* address, std::size_t size, int advice);
int mincore_shim(const void* address, std::size_t size, char* pages);

// --- thread_shims.cc ---
using ThreadFunction = void* (*)(void*);
int pthread_create_shim(void** thread, const void* attributes, ThreadFunction function,
                        void* argument);
int pthread_join_shim(void* thread, void** result);
void* pthread_self_shim();
int pthread_key_create_shim(unsigned long* key, void (*at_exit)(void*));
void* pthread_getspecific_shim(unsigned long key);
int pthread_setspecific_shim(unsigned long key, const void* value);
int ulock_wait_shim(std::uint32_t operation, void* word, std::uint64_t expected,
                    std::uint32_t microseconds);
int ulock_wake_shim(std::uint32_t operation, void* word, std::uint64_t value);

}  // namespace Atoll::hosts::darwin
