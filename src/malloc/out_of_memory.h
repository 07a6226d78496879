// What the C++ faces do when there is no memory: they throw std::bad_alloc or, in code that is
// compiled without exceptions, write a line and abort.
//
// So a face has different code with and without exceptions, and one program may have both. They are
// in different inline namespaces, so that the linker does not take one for the other.
#pragma once

#include <cstdint>
#include <new>
#include <string_view>

#if defined(__cpp_exceptions)
#define ATOLL_OUT_OF_MEMORY throws_out_of_memory
#else
#define ATOLL_OUT_OF_MEMORY aborts_out_of_memory
#endif

namespace Atoll {

// Writes "atoll: WHO: no memory for SIZE bytes" to the console, and aborts.
[[noreturn]] void die_of_no_memory(std::string_view who, std::uint64_t size);

inline namespace ATOLL_OUT_OF_MEMORY {

[[noreturn]] inline void fail_for_no_memory([[maybe_unused]] std::string_view who,
                                            [[maybe_unused]] std::uint64_t size) {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  die_of_no_memory(who, size);
#endif
}

}  // namespace ATOLL_OUT_OF_MEMORY
}  // namespace Atoll
