// System calls of a Plan 9 kernel. Every argument takes one word on the stack, above a free one.
// Where the call's number goes differs between processors; system_call.cc knows it.
#pragma once

#include <cstdint>

namespace Atoll::os::plan9 {

enum class SystemCall : std::uintptr_t {
  kClose = 4,
  kExits = 8,
  kOpen = 14,
  kSleep = 17,
  kPipe = 21,
  kBrk = 24,
  kNotify = 28,
  kNoted = 29,
  kPread = 50,
  kPwrite = 51,
  kNsec = 53,
};

extern "C" std::intptr_t atoll_plan9_system_call(SystemCall number, std::uintptr_t a,
                                                 std::uintptr_t b, std::uintptr_t c,
                                                 std::uintptr_t d, std::uintptr_t e);

// Returns the kernel's answer; -1 is an error. A 64-bit number takes two words where words have 32
// bits, the lower one first.
inline std::intptr_t call_for_word(SystemCall number, std::uintptr_t a = 0, std::uintptr_t b = 0,
                                   std::uintptr_t c = 0, std::uintptr_t d = 0,
                                   std::uintptr_t e = 0) {
  return atoll_plan9_system_call(number, a, b, c, d, e);
}

// For calls for which C has an int or a long, which have 32 bits on every Plan 9: some kernels
// leave the upper half of a wider register zero.
inline std::int32_t call_system(SystemCall number, std::uintptr_t a = 0, std::uintptr_t b = 0,
                                std::uintptr_t c = 0, std::uintptr_t d = 0, std::uintptr_t e = 0) {
  return static_cast<std::int32_t>(call_for_word(number, a, b, c, d, e));
}

inline std::uintptr_t argument(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// For pread and pwrite: the current position in the file, as for read and write.
inline constexpr std::uintptr_t kHere = ~std::uintptr_t{0};

}  // namespace Atoll::os::plan9
