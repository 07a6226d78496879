// Every preset of the simulation with a port of Go that runs on it.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "os/sim/presets.h"
#include "src/port/port.h"

namespace Atoll::test {

struct System {
  os::sim::Config preset;
  port::PortSpec spec;  // of the default release, or of the first that has the port if later
};

constexpr System system_of(const os::sim::Config& preset, port::Goos goos, port::Goarch goarch) {
  return {preset, port::spec(*port::first_release(goos, goarch), goos, goarch)};
}

inline constexpr std::array kSystems = [] {
  using port::Goarch;
  using port::Goos;
  namespace presets = os::sim::presets;
  return std::array{
      system_of(presets::linux_amd64(), Goos::kLinux, Goarch::kAmd64),
      system_of(presets::linux_arm64(), Goos::kLinux, Goarch::kArm64),
      system_of(presets::linux_arm64_39_bit(), Goos::kLinux, Goarch::kArm64),
      system_of(presets::linux_arm64_64k_pages(), Goos::kLinux, Goarch::kArm64),
      system_of(presets::linux_ppc64_64k_pages(), Goos::kLinux, Goarch::kPpc64le),
      system_of(presets::linux_amd64_la57(), Goos::kLinux, Goarch::kAmd64),
      system_of(presets::linux_riscv64_sv39(), Goos::kLinux, Goarch::kRiscv64),
      system_of(presets::gvisor_amd64(), Goos::kLinux, Goarch::kAmd64),
      system_of(presets::moved_hints_amd64(), Goos::kLinux, Goarch::kAmd64),
      system_of(presets::linux_386_3_gib(), Goos::kLinux, Goarch::k386),
      system_of(presets::linux_386_4_gib(), Goos::kLinux, Goarch::k386),
      system_of(presets::linux_mips_2_gib(), Goos::kLinux, Goarch::kMips),
      system_of(presets::windows_amd64(), Goos::kWindows, Goarch::kAmd64),
      system_of(presets::windows_386(), Goos::kWindows, Goarch::k386),
      system_of(presets::darwin_amd64(), Goos::kDarwin, Goarch::kAmd64),
      system_of(presets::darwin_arm64(), Goos::kDarwin, Goarch::kArm64),
      system_of(presets::ios_arm64(), Goos::kIos, Goarch::kArm64),
      system_of(presets::aix_ppc64(), Goos::kAix, Goarch::kPpc64),
      system_of(presets::plan9_amd64(), Goos::kPlan9, Goarch::kAmd64),
      system_of(presets::plan9_386(), Goos::kPlan9, Goarch::k386),
      system_of(presets::plan9_arm(), Goos::kPlan9, Goarch::kArm),
      system_of(presets::wasm(), Goos::kJs, Goarch::kWasm),
      system_of(presets::freebsd_amd64(), Goos::kFreebsd, Goarch::kAmd64),
      system_of(presets::freebsd_arm64(), Goos::kFreebsd, Goarch::kArm64),
      system_of(presets::netbsd_amd64(), Goos::kNetbsd, Goarch::kAmd64),
      system_of(presets::netbsd_arm64(), Goos::kNetbsd, Goarch::kArm64),
      system_of(presets::openbsd_amd64(), Goos::kOpenbsd, Goarch::kAmd64),
      system_of(presets::openbsd_arm64(), Goos::kOpenbsd, Goarch::kArm64),
  };
}();
static_assert(kSystems.size() == os::sim::presets::kAll.size());

// Every system with its port of each of these releases that has one.
inline std::vector<System> systems_of(std::initializer_list<port::Release> releases) {
  std::vector<System> all;
  for (const System& system : kSystems) {
    for (const port::Release release : releases) {
      const port::PortLookup found = port::find_port(release, system.spec.goos, system.spec.goarch);
      if (found) all.push_back({system.preset, found.spec});
    }
  }
  return all;
}

// For names of tests.
inline std::string name_of(const System& system) {
  return std::string(system.preset.name) + "_go1_" +
         std::to_string(port::minor_version(system.spec.release));
}

}  // namespace Atoll::test
