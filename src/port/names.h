// Operating systems and processors by the names Go gives them (GOOS, GOARCH). Two names are not in
// Go's releases: "none" is a machine without an operating system, as in a compiler's triple, and
// "riscv" is RISC-V of 32 bits, a name that Go has set aside.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace Atoll::port {

// In alphabetical order, as every listing is.
enum class Goos : std::uint8_t {
  kAix,
  kAndroid,
  kDarwin,
  kDragonfly,
  kFreebsd,
  kIllumos,
  kIos,
  kJs,
  kLinux,
  kNacl,
  kNetbsd,
  kNone,
  kOpenbsd,
  kPlan9,
  kSolaris,
  kWasip1,
  kWindows,
};

enum class Goarch : std::uint8_t {
  k386,
  kAmd64,
  kAmd64p32,
  kArm,
  kArm64,
  kLoong64,
  kMips,
  kMips64,
  kMips64le,
  kMipsle,
  kPpc64,
  kPpc64le,
  kRiscv,
  kRiscv64,
  kS390x,
  kWasm,
};

namespace internal {

inline constexpr std::array<std::string_view, 17> kGoosNames = {
    "aix",  "android", "darwin", "dragonfly", "freebsd", "illumos", "ios",    "js",     "linux",
    "nacl", "netbsd",  "none",   "openbsd",   "plan9",   "solaris", "wasip1", "windows"};

inline constexpr std::array<std::string_view, 16> kGoarchNames = {
    "386",      "amd64",  "amd64p32", "arm",     "arm64", "loong64", "mips",  "mips64",
    "mips64le", "mipsle", "ppc64",    "ppc64le", "riscv", "riscv64", "s390x", "wasm"};

static_assert(kGoosNames[static_cast<std::size_t>(Goos::kWindows)] == "windows");
static_assert(kGoarchNames[static_cast<std::size_t>(Goarch::kWasm)] == "wasm");

template <typename Enum>
constexpr std::optional<Enum> find_name(std::span<const std::string_view> names,
                                        std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template <typename Enum, std::size_t kCount>
constexpr std::array<Enum, kCount> enumerate() {
  std::array<Enum, kCount> all{};
  for (std::size_t i = 0; i < kCount; ++i) all[i] = static_cast<Enum>(i);
  return all;
}

}  // namespace internal

inline constexpr auto kAllGoos = internal::enumerate<Goos, internal::kGoosNames.size()>();
inline constexpr auto kAllGoarch = internal::enumerate<Goarch, internal::kGoarchNames.size()>();

constexpr std::string_view name(Goos goos) {
  return internal::kGoosNames[static_cast<std::size_t>(goos)];
}

constexpr std::string_view name(Goarch goarch) {
  return internal::kGoarchNames[static_cast<std::size_t>(goarch)];
}

constexpr std::optional<Goos> parse_goos(std::string_view text) {
  return internal::find_name<Goos>(internal::kGoosNames, text);
}

constexpr std::optional<Goarch> parse_goarch(std::string_view text) {
  return internal::find_name<Goarch>(internal::kGoarchNames, text);
}

// PtrSize: 4 or 8. It is Go's, not the C compiler's: on wasm Go's pointers have 8 bytes while the
// memory they point into is addressed with 32 bits.
constexpr unsigned pointer_size(Goarch goarch) {
  switch (goarch) {
    case Goarch::k386:
    case Goarch::kAmd64p32:
    case Goarch::kArm:
    case Goarch::kMips:
    case Goarch::kMipsle:
    case Goarch::kRiscv:
      return 4;
    default:
      return 8;
  }
}

constexpr bool has_64_bit_pointers(Goarch goarch) { return pointer_size(goarch) == 8; }

constexpr bool is_big_endian(Goarch goarch) {
  return goarch == Goarch::kMips || goarch == Goarch::kMips64 || goarch == Goarch::kPpc64 ||
         goarch == Goarch::kS390x;
}

// Systems whose memory is one segment that grows at its end (a program break): plan9, and the
// linear memory of wasm.
constexpr bool is_sbrk(Goos goos, Goarch goarch) {
  return goos == Goos::kPlan9 || goarch == Goarch::kWasm;
}

}  // namespace Atoll::port
