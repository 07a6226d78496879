// The differences between the four BSDs, as data.
#pragma once

#include <cstdint>
#include <string_view>

namespace Atoll::os::bsd {

// How a thread sleeps on a word. Each way exists only on the systems named.
enum class Park : std::uint8_t {
  kUmtxOp,       // FreeBSD: _umtx_op(UMTX_OP_WAIT_UINT_PRIVATE, UMTX_OP_WAKE_PRIVATE)
  kFutexByCall,  // NetBSD from 10: system call 166, through syscall(2); libc has no name for it
  kFutex,        // OpenBSD: futex(2)
  kUmtxSleep,    // DragonFly: umtx_sleep(2), umtx_wakeup(2)
};

enum class Random : std::uint8_t {
  kSysctl,      // kern.arandom; works on every release
  kGetentropy,  // OpenBSD removed kern.arandom
  kArc4random,  // DragonFly
};

struct System {
  std::string_view name;
  std::int32_t advise_free;      // MADV_FREE
  std::int32_t monotonic_clock;  // CLOCK_MONOTONIC
  Park park;
  Random random;
  std::int32_t random_name;  // KERN_ARND, for kSysctl
  bool protect_finds_holes;  // mprotect(2) fails with ENOMEM if not all of the range is mapped
  bool has_mincore;
};

inline constexpr System kFreebsd = {
    .name = "freebsd",
    .advise_free = 5,
    .monotonic_clock = 4,
    .park = Park::kUmtxOp,
    .random = Random::kSysctl,
    .random_name = 37,
    .protect_finds_holes = true,
    .has_mincore = true,
};

inline constexpr System kNetbsd = {
    .name = "netbsd",
    .advise_free = 6,
    .monotonic_clock = 3,
    .park = Park::kFutexByCall,
    .random = Random::kSysctl,
    .random_name = 81,
    .protect_finds_holes = false,
    .has_mincore = true,
};

inline constexpr System kOpenbsd = {
    .name = "openbsd",
    .advise_free = 6,
    .monotonic_clock = 3,
    .park = Park::kFutex,
    .random = Random::kGetentropy,
    .random_name = 0,
    .protect_finds_holes = false,
    .has_mincore = false,
};

inline constexpr System kDragonfly = {
    .name = "dragonfly",
    .advise_free = 5,
    .monotonic_clock = 4,
    .park = Park::kUmtxSleep,
    .random = Random::kArc4random,
    .random_name = 0,
    .protect_finds_holes = true,
    .has_mincore = true,
};

// The system that this is built for.
#if defined(__FreeBSD__)
inline constexpr const System& kSystem = kFreebsd;
#elif defined(__NetBSD__)
inline constexpr const System& kSystem = kNetbsd;
#elif defined(__OpenBSD__)
inline constexpr const System& kSystem = kOpenbsd;
#elif defined(__DragonFly__)
inline constexpr const System& kSystem = kDragonfly;
#else
#error "os/bsd: unknown system"
#endif

// Numbers that are the same on all four systems.
inline constexpr std::int32_t kNone = 0;
inline constexpr std::int32_t kReadWrite = 3;
inline constexpr std::int32_t kPrivateAnonymous = 0x1002;
inline constexpr std::int32_t kFixed = 0x10;
inline constexpr std::int32_t kHardware = 6;  // CTL_HW
inline constexpr std::int32_t kPageSize = 7;  // HW_PAGESIZE
inline constexpr std::int32_t kKernel = 1;    // CTL_KERN

namespace error {
inline constexpr std::int32_t kPermission = 1;
inline constexpr std::int32_t kInterrupted = 4;
inline constexpr std::int32_t kNoMemory = 12;
inline constexpr std::int32_t kAccess = 13;
inline constexpr std::int32_t kFault = 14;
inline constexpr std::int32_t kInvalid = 22;
inline constexpr std::int32_t kAgain = 35;
inline constexpr std::int32_t kNoSystemCall = 78;
}  // namespace error

}  // namespace Atoll::os::bsd
