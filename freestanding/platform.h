// What a platform without a C++ library must supply, and what it gets for that: tests that run
// there unchanged. One thread, unless the platform has freestanding/threads/platform.h as well:
// then all but platform_exit() and the beginning may be called by any.
#pragma once

#include <cstddef>
#include <cstdint>

namespace Atoll::freestanding {

// --- Supplied by the platform. ---

// To the console, or wherever the tests' output is read. Whatever goes wrong is ignored.
void platform_write(const char* text, std::size_t size);

// Ends the program. 0 is success.
[[noreturn]] void platform_exit(int code);
// The code of a program that gives up: what a shell says of one that SIGABRT has ended.
inline constexpr int kAborted = 134;

// `size` bytes, a multiple of 65536, aligned to 16 and never given back; or null.
void* platform_more_memory(std::size_t size);

// Since some fixed moment; never decreases. Always 0 where there is no clock.
std::uint64_t platform_nanoseconds();

// --- Supplied to the platform. ---

// Runs the constructors of static objects and main(), what atexit() registered, and ends the
// program. The platform calls it once, on a stack of 1 MiB or more, with .data and .bss in order.
extern "C" [[noreturn]] void atoll_start(int argc, char** argv);

// Where somebody else (a dynamic linker) has run the constructors already.
extern "C" [[noreturn]] void atoll_start_constructed(int argc, char** argv);

}  // namespace Atoll::freestanding
