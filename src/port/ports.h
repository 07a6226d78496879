// What a port is, which ports each release has, and which of them have a race detector.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "src/port/names.h"
#include "src/port/release.h"

namespace Atoll::port {

// Every number of the model is a function of these.
struct Port {
  Release release = kDefaultRelease;
  Goos goos = Goos::kLinux;
  Goarch goarch = Goarch::kAmd64;
  bool race = false;  // built with the race detector

  constexpr bool since(Release first) const { return release >= first; }
  constexpr bool until(Release last) const { return release <= last; }  // `last` included
  constexpr bool between(Release first, Release last) const { return since(first) && until(last); }

  constexpr bool is(Goos os) const { return goos == os; }
  constexpr bool is(Goarch arch) const { return goarch == arch; }
  constexpr bool is(Goos os, Goarch arch) const { return goos == os && goarch == arch; }

  friend constexpr bool operator==(const Port&, const Port&) = default;
};

// A range of releases, with the first and the last one.
struct ReleaseRange {
  Release first;
  Release last;

  constexpr bool contains(Release release) const { return first <= release && release <= last; }
};

struct PortRow {
  Goos goos;
  Goarch goarch;
  ReleaseRange releases;
  std::optional<ReleaseRange> race = std::nullopt;  // releases whose race detector has the port
};

namespace internal {

constexpr ReleaseRange since(Release first) { return {first, kLastRelease}; }

inline constexpr ReleaseRange kAlways = since(kFirstRelease);

}  // namespace internal

// Every port of every release, sorted by GOOS and GOARCH. A port is here when the release's own
// sources implement it, even if it was not among the ports officially distributed.
inline constexpr auto kPorts = [] {
  using enum Goos;
  using enum Goarch;
  using enum Release;
  using internal::kAlways;
  using internal::since;
  return std::to_array<PortRow>({
      {kAix, kPpc64, since(k1_12)},
      {kAndroid, k386, kAlways},
      {kAndroid, kAmd64, kAlways},
      {kAndroid, kArm, kAlways},
      {kAndroid, kArm64, kAlways},
      {kDarwin, k386, {k1_11, k1_14}},
      {kDarwin, kAmd64, kAlways, kAlways},
      {kDarwin, kArm, {k1_11, k1_14}},
      {kDarwin, kArm64, kAlways, since(k1_16)},
      {kDragonfly, kAmd64, kAlways},
      {kFreebsd, k386, kAlways},
      {kFreebsd, kAmd64, kAlways, kAlways},
      {kFreebsd, kArm, kAlways},
      {kFreebsd, kArm64, since(k1_14)},
      {kFreebsd, kRiscv64, {k1_20, k1_25}},
      {kIllumos, kAmd64, since(k1_13)},
      {kIos, kAmd64, since(k1_16)},
      {kIos, kArm64, since(k1_16)},
      {kJs, kWasm, kAlways},
      {kLinux, k386, kAlways},
      {kLinux, kAmd64, kAlways, kAlways},
      {kLinux, kArm, kAlways},
      {kLinux, kArm64, kAlways, since(k1_12)},
      {kLinux, kLoong64, since(k1_19), since(k1_25)},
      {kLinux, kMips, kAlways},
      {kLinux, kMips64, kAlways},
      {kLinux, kMips64le, kAlways},
      {kLinux, kMipsle, kAlways},
      {kLinux, kPpc64, kAlways},
      {kLinux, kPpc64le, kAlways, kAlways},
      {kLinux, kRiscv64, since(k1_14), since(k1_26)},
      {kLinux, kS390x, kAlways, since(k1_19)},
      {kNacl, k386, {k1_11, k1_13}},
      {kNacl, kAmd64p32, {k1_11, k1_13}},
      {kNacl, kArm, {k1_11, k1_13}},
      {kNetbsd, k386, kAlways},
      {kNetbsd, kAmd64, kAlways, kAlways},
      {kNetbsd, kArm, kAlways},
      {kNetbsd, kArm64, since(k1_13)},
      {kOpenbsd, k386, kAlways},
      {kOpenbsd, kAmd64, kAlways, ReleaseRange{k1_17, k1_22}},
      {kOpenbsd, kArm, kAlways},
      {kOpenbsd, kArm64, since(k1_13)},
      {kOpenbsd, kMips64, {k1_16, k1_20}},
      {kOpenbsd, kPpc64, since(k1_22)},
      {kOpenbsd, kRiscv64, since(k1_23)},
      {kPlan9, k386, kAlways},
      {kPlan9, kAmd64, kAlways},
      {kPlan9, kArm, kAlways},
      {kSolaris, kAmd64, kAlways},
      {kWasip1, kWasm, since(k1_21)},
      {kWindows, k386, kAlways},
      {kWindows, kAmd64, kAlways, kAlways},
      {kWindows, kArm, {k1_12, k1_23}},
      {kWindows, kArm64, since(k1_17)},
  });
}();

// The ports of this project's own, which no release of Go has: machines without an operating
// system, whose heap lives in a buffer (os/fixed). They have the size classes and stacks of every
// release, and an address space that costs little (address_space.h). Sorted in the same way.
inline constexpr auto kPortsWithoutSystem = std::to_array<PortRow>({
    {Goos::kNone, Goarch::kArm, internal::kAlways},    // Cortex-M and Cortex-R
    {Goos::kNone, Goarch::kRiscv, internal::kAlways},  // rv32
    {Goos::kNone, Goarch::kRiscv64, internal::kAlways},
});

// Go's ports.
constexpr std::span<const PortRow> all_ports() { return kPorts; }
// The ports of one operating system are among these.
constexpr std::span<const PortRow> ports_with(Goos goos) {
  if (goos == Goos::kNone) return kPortsWithoutSystem;
  return kPorts;
}

// Null if there is no such port.
constexpr std::optional<PortRow> find_row(Goos goos, Goarch goarch) {
  for (const PortRow& row : ports_with(goos)) {
    if (row.goos == goos && row.goarch == goarch) return row;
  }
  return std::nullopt;
}

constexpr bool has_port(Release release, Goos goos, Goarch goarch) {
  const std::optional<PortRow> row = find_row(goos, goarch);
  return row.has_value() && row->releases.contains(release);
}

constexpr bool has_race(Release release, Goos goos, Goarch goarch) {
  const std::optional<PortRow> row = find_row(goos, goarch);
  return row.has_value() && row->race.has_value() && row->race->contains(release);
}

constexpr bool exists(const Port& port) {
  return port.race ? has_race(port.release, port.goos, port.goarch)
                   : has_port(port.release, port.goos, port.goarch);
}

constexpr std::optional<Release> first_release(Goos goos, Goarch goarch) {
  const std::optional<PortRow> row = find_row(goos, goarch);
  if (!row) return std::nullopt;
  return row->releases.first;
}

constexpr std::optional<Release> last_release(Goos goos, Goarch goarch) {
  const std::optional<PortRow> row = find_row(goos, goarch);
  if (!row) return std::nullopt;
  return row->releases.last;
}

}  // namespace Atoll::port
