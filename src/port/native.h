// The port this build is for. The only header of the layer that asks the compiler.
//
// An ELF compiler for ARM or RISC-V that names no operating system builds for a machine without
// one. Where the compiler cannot know (js or wasip1, ios or darwin, illumos or solaris, plan9),
// define both ATOLL_GOOS and ATOLL_GOARCH as enumerators, for example -DATOLL_GOOS=kPlan9
// -DATOLL_GOARCH=kAmd64, or one of ATOLL_HOST_JS, ATOLL_GOOS_IOS, ATOLL_GOOS_ILLUMOS,
// ATOLL_GOOS_PLAN9.
#pragma once

#include "src/port/spec.h"

namespace Atoll::port {

#if defined(ATOLL_GOOS)
inline constexpr Goos kNativeGoos = Goos::ATOLL_GOOS;
#elif defined(ATOLL_GOOS_PLAN9)
inline constexpr Goos kNativeGoos = Goos::kPlan9;
#elif defined(__ANDROID__)
inline constexpr Goos kNativeGoos = Goos::kAndroid;
#elif defined(__linux__)
inline constexpr Goos kNativeGoos = Goos::kLinux;
#elif defined(_WIN32)
inline constexpr Goos kNativeGoos = Goos::kWindows;
#elif defined(__APPLE__) && \
    (defined(ATOLL_GOOS_IOS) || defined(__ENVIRONMENT_IPHONE_OS_VERSION_MIN_REQUIRED__))
inline constexpr Goos kNativeGoos = Goos::kIos;
#elif defined(__APPLE__)
inline constexpr Goos kNativeGoos = Goos::kDarwin;
#elif defined(__FreeBSD__)
inline constexpr Goos kNativeGoos = Goos::kFreebsd;
#elif defined(__NetBSD__)
inline constexpr Goos kNativeGoos = Goos::kNetbsd;
#elif defined(__OpenBSD__)
inline constexpr Goos kNativeGoos = Goos::kOpenbsd;
#elif defined(__DragonFly__)
inline constexpr Goos kNativeGoos = Goos::kDragonfly;
#elif defined(__sun) && defined(ATOLL_GOOS_ILLUMOS)
inline constexpr Goos kNativeGoos = Goos::kIllumos;
#elif defined(__sun)
inline constexpr Goos kNativeGoos = Goos::kSolaris;
#elif defined(_AIX)
inline constexpr Goos kNativeGoos = Goos::kAix;
#elif defined(__wasm__) && defined(ATOLL_HOST_JS)
inline constexpr Goos kNativeGoos = Goos::kJs;
#elif defined(__wasm__)
inline constexpr Goos kNativeGoos = Goos::kWasip1;
#elif defined(__ELF__) && (defined(__arm__) || defined(__riscv))
inline constexpr Goos kNativeGoos = Goos::kNone;
#else
#error "Atoll: unknown operating system; define ATOLL_GOOS and ATOLL_GOARCH (src/port/native.h)"
#endif

#if defined(ATOLL_GOARCH)
inline constexpr Goarch kNativeGoarch = Goarch::ATOLL_GOARCH;
#elif defined(__x86_64__) || defined(_M_X64)
inline constexpr Goarch kNativeGoarch = Goarch::kAmd64;
#elif defined(__i386__) || defined(_M_IX86)
inline constexpr Goarch kNativeGoarch = Goarch::k386;
#elif defined(__aarch64__) || defined(_M_ARM64)
inline constexpr Goarch kNativeGoarch = Goarch::kArm64;
#elif defined(__arm__) || defined(_M_ARM)
inline constexpr Goarch kNativeGoarch = Goarch::kArm;
#elif defined(__mips64) && defined(__MIPSEL__)
inline constexpr Goarch kNativeGoarch = Goarch::kMips64le;
#elif defined(__mips64)
inline constexpr Goarch kNativeGoarch = Goarch::kMips64;
#elif defined(__mips__) && defined(__MIPSEL__)
inline constexpr Goarch kNativeGoarch = Goarch::kMipsle;
#elif defined(__mips__)
inline constexpr Goarch kNativeGoarch = Goarch::kMips;
#elif (defined(__powerpc64__) || defined(_ARCH_PPC64)) && defined(__LITTLE_ENDIAN__)
inline constexpr Goarch kNativeGoarch = Goarch::kPpc64le;
#elif defined(__powerpc64__) || defined(_ARCH_PPC64)
inline constexpr Goarch kNativeGoarch = Goarch::kPpc64;
#elif defined(__riscv) && __riscv_xlen == 64
inline constexpr Goarch kNativeGoarch = Goarch::kRiscv64;
#elif defined(__riscv) && __riscv_xlen == 32
inline constexpr Goarch kNativeGoarch = Goarch::kRiscv;
#elif defined(__s390x__)
inline constexpr Goarch kNativeGoarch = Goarch::kS390x;
#elif defined(__loongarch_lp64) || defined(__loongarch64)
inline constexpr Goarch kNativeGoarch = Goarch::kLoong64;
#elif defined(__wasm__)
inline constexpr Goarch kNativeGoarch = Goarch::kWasm;
#else
#error "Atoll: unknown processor; define ATOLL_GOOS and ATOLL_GOARCH (src/port/native.h)"
#endif

// Whether a race detector watches this build, as it watches the programs of `go build -race`. Then
// the build uses the port whose arenas lie where the detector's shadow memory leaves room.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kNativeRace = true;
#elif defined(__has_feature)
inline constexpr bool kNativeRace = __has_feature(thread_sanitizer);
#else
inline constexpr bool kNativeRace = false;
#endif

static_assert(sizeof(void*) == pointer_size(kNativeGoarch) || kNativeGoarch == Goarch::kWasm,
              "this build's pointers are not those of its GOARCH");

static_assert(first_release(kNativeGoos, kNativeGoarch).has_value(),
              "no release of Go has a port to this operating system and processor");

// The default release, or the first that has this build's port if that is later.
constexpr Release native_release() { return *first_release(kNativeGoos, kNativeGoarch); }

// This build's port. Precondition: has_port(release, kNativeGoos, kNativeGoarch).
constexpr PortSpec native_spec(Release release = native_release(), bool race = kNativeRace) {
  return spec(release, kNativeGoos, kNativeGoarch, race);
}

static_assert(native_release() >= kDefaultRelease && kDefaultRelease == kFirstRelease);

}  // namespace Atoll::port
