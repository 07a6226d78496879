// System calls of the BSDs: FreeBSD 14, NetBSD 10, OpenBSD 7.1 and later.
//
//             amd64                                 arm64
//   number    rax                                   x8; NetBSD: within the instruction
//   arguments rdi rsi rdx r10 r8 r9, then 8(%rsp)   x0 to x7
//   answer    rax                                   x0
//   failure   carry, and the answer is errno        the same
//
// NetBSD's mmap has a long of padding before the offset, so the offset is the seventh argument.
// OpenBSD had that too, as call 197, until 7.1 made it call 49 without.
//
// From 7.5 OpenBSD takes system calls only from places that a table in the program names
// (pinsyscalls), so there real programs make them through libc, and these calls are for our host.
#pragma once

#include <cstdint>

namespace Atoll::freestanding {

#if defined(__FreeBSD__)
enum class SystemCall : std::int64_t {
  kExit = 1,
  kRead = 3,
  kWrite = 4,
  kMunmap = 73,
  kMprotect = 74,
  kMadvise = 75,
  kMincore = 78,
  kSysctl = 202,
  kClockGettime = 232,
  kSchedYield = 331,
  kUmtxOp = 454,
  kMmap = 477,
  kPipe2 = 542,
};
inline constexpr std::uint64_t kMonotonic = 4;
#elif defined(__NetBSD__)
// A macro, because on arm64 start.cc needs an instruction for each number, too.
#define ATOLL_SYSTEM_CALLS(CALL) \
  CALL(kExit, 1)                 \
  CALL(kRead, 3)                 \
  CALL(kWrite, 4)                \
  CALL(kMunmap, 73)              \
  CALL(kMprotect, 74)            \
  CALL(kMadvise, 75)             \
  CALL(kMincore, 78)             \
  CALL(kFutex, 166)              \
  CALL(kMmap, 197)               \
  CALL(kSysctl, 202)             \
  CALL(kSchedYield, 350)         \
  CALL(kClockGettime, 427)       \
  CALL(kPipe2, 453)
#define ATOLL_ENUMERATOR(name, number) name = number,
enum class SystemCall : std::int64_t { ATOLL_SYSTEM_CALLS(ATOLL_ENUMERATOR) };
inline constexpr std::uint64_t kMonotonic = 3;
#elif defined(__OpenBSD__)
enum class SystemCall : std::int64_t {
  kExit = 1,
  kRead = 3,
  kWrite = 4,
  kGetentropy = 7,
  kMmap = 49,
  kMunmap = 73,
  kMprotect = 74,
  kMadvise = 75,
  kFutex = 83,
  kClockGettime = 87,
  kPipe2 = 101,
  kSysctl = 202,
  kSchedYield = 298,
};
inline constexpr std::uint64_t kMonotonic = 3;
#endif

struct Answer {
  std::uint64_t value = 0;  // errno if it failed
  bool failed = false;
};

// A function, so that on amd64 the seventh argument lies where the kernel looks for it.
extern "C" std::uint64_t atoll_system_call(std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                           std::uint64_t d, std::uint64_t e, std::uint64_t f,
                                           std::uint64_t g, std::int64_t number, bool* failed);

inline Answer call_system(SystemCall number, std::uint64_t a = 0, std::uint64_t b = 0,
                          std::uint64_t c = 0, std::uint64_t d = 0, std::uint64_t e = 0,
                          std::uint64_t f = 0, std::uint64_t g = 0) {
  Answer answer;
  answer.value =
      atoll_system_call(a, b, c, d, e, f, g, static_cast<std::int64_t>(number), &answer.failed);
  return answer;
}

inline std::uint64_t argument(const volatile void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

}  // namespace Atoll::freestanding
