// Variables of which each thread has its own, from its first instruction to its last: also while
// functions of Os::at_thread_exit() run. Access takes no call.
//
//   extern constinit ATOLL_THREAD_LOCAL int counter;  // define it with constinit as well
//   ++Atoll::of_this_thread(counter);
//
// `thread_local` does the same, except GCC's on Windows: that uses memory of malloc(), which is
// freed before those functions run. Here such a variable lies in the block that Windows' loader
// makes for each thread, as compilers for Windows do.
//
// A machine without an operating system has one thread (os/fixed), and its C library may have no
// thread-local storage. There these are variables like others.
#pragma once

#if defined(__MINGW32__) && !defined(__clang__)

#define ATOLL_THREAD_LOCAL __attribute__((section(".tls$ATOLL")))

// From the C runtime: where the variables' initial values lie, and which block is this program's.
extern "C" char _tls_start;
extern "C" unsigned long _tls_index;

namespace Atoll {

template <typename T>
T& of_this_thread(T& initial) {
  char** blocks = nullptr;
#if defined(__x86_64__)
  asm("movq %%gs:0x58, %0" : "=r"(blocks));
#else
  asm("movl %%fs:0x2c, %0" : "=r"(blocks));
#endif
  return *reinterpret_cast<T*>(blocks[_tls_index] +
                               (reinterpret_cast<char*>(&initial) - &_tls_start));
}

}  // namespace Atoll

#else

#if defined(__ELF__) && (defined(__arm__) || defined(__riscv)) && !defined(__unix__) && \
    !defined(__linux__) && !defined(ATOLL_GOOS)
#define ATOLL_THREAD_LOCAL
#else
#define ATOLL_THREAD_LOCAL thread_local
#endif

namespace Atoll {

template <typename T>
T& of_this_thread(T& variable) {
  return variable;
}

}  // namespace Atoll

#endif
