// Typical operating systems, ready to be simulated. Take one, change a field, go:
//
//   sim::Config config = sim::presets::linux_arm64_39_bit();
//   config.commit_limit = 1 << 20;
//   sim::SimOs os(config);
//
// Addresses are typical ones, without address space randomisation.
#pragma once

#include <array>
#include <cstdint>

#include "os/sim/config.h"

namespace Atoll::os::sim::presets {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

// --- Linux, 64 bits: top-down from below the stack, hints honoured when free. ---

constexpr Config linux_amd64() {
  Config c;
  c.name = "linux_amd64";
  c.address_bits = 47;
  c.huge_page_size = 2 * kMiB;
  c.takes_huge_page_wishes = true;
  c.end = Address(0x7fff'ffff'f000);
  c.origin = Address(0x7fff'f7ff'f000);
  c.end_of_data = Address(0x5a'1c40);
  c.program_break = Address(0x5a'3000);
  return c;
}

constexpr Config linux_arm64() {
  Config c = linux_amd64();
  c.name = "linux_arm64";
  c.address_bits = 48;
  c.end = Address();
  c.origin = Address(0xffff'f7ff'f000);
  return c;
}

// Android and small kernels: three levels of page tables. 0xc0<<32 lies outside.
constexpr Config linux_arm64_39_bit() {
  Config c = linux_arm64();
  c.name = "linux_arm64_39_bit";
  c.address_bits = 39;
  c.origin = Address(0x7f'f7ff'f000);
  return c;
}

constexpr Config linux_arm64_64k_pages() {
  Config c = linux_arm64();
  c.name = "linux_arm64_64k_pages";
  c.page_size = 64 * kKiB;
  c.granularity = 64 * kKiB;
  c.huge_page_size = 512 * kMiB;
  c.origin = Address(0xffff'f7ff'0000);
  c.program_break = Address(0x5b'0000);
  return c;
}

constexpr Config linux_ppc64_64k_pages() {
  Config c = linux_arm64_64k_pages();
  c.name = "linux_ppc64_64k_pages";
  c.address_bits = 47;
  c.huge_page_size = 16 * kMiB;
  c.origin = Address(0x7fff'f7ff'0000);
  c.end_of_data = Address(0x1005'1c40);
  c.program_break = Address(0x1006'0000);
  return c;
}

constexpr Config linux_riscv64_sv39() {
  Config c = linux_amd64();
  c.name = "linux_riscv64_sv39";
  c.address_bits = 38;
  c.end = Address();
  c.origin = Address(0x3f'f7ff'f000);
  return c;
}

// Five levels of page tables: memory lies beyond 2^47 only if a hint asks for it.
constexpr Config linux_amd64_la57() {
  Config c = linux_amd64();
  c.name = "linux_amd64_la57";
  c.address_bits = 56;
  c.end = Address();
  c.placement_end = Address(0x7fff'ffff'f000);
  return c;
}

// A user-space kernel that ignores hints.
constexpr Config gvisor_amd64() {
  Config c = linux_amd64();
  c.name = "gvisor_amd64";
  c.hints = Hints::kIgnored;
  c.residency = Residency::kEverything;
  c.program_break = Address();
  return c;
}

// Reads the hint and answers with some other place.
constexpr Config moved_hints_amd64() {
  Config c = linux_amd64();
  c.name = "moved_hints_amd64";
  c.hints = Hints::kMoved;
  c.decommit_zeroes = false;
  return c;
}

// --- Linux, 32 bits. ---

constexpr Config linux_386_3_gib() {
  Config c = linux_amd64();
  c.name = "linux_386_3_gib";
  c.address_bits = 32;
  c.huge_page_size = 4 * kMiB;
  c.end = Address(0xc000'0000);
  c.origin = Address(0xb7ff'e000);
  c.end_of_data = Address(0x80d'1c40);
  c.program_break = Address(0x80d'3000);
  return c;
}

// A 32-bit program on a 64-bit kernel.
constexpr Config linux_386_4_gib() {
  Config c = linux_386_3_gib();
  c.name = "linux_386_4_gib";
  c.end = Address(0xffff'e000);
  c.origin = Address(0xf7ff'e000);
  return c;
}

constexpr Config linux_mips_2_gib() {
  Config c = linux_386_3_gib();
  c.name = "linux_mips_2_gib";
  c.address_bits = 31;
  c.huge_page_size = 0;
  c.takes_huge_page_wishes = false;
  c.end = Address(0x7fff'8000);
  c.origin = Address(0x77ff'e000);
  return c;
}

// --- Windows: reservations begin at multiples of 64 KiB and can only be released whole; the system
// charges commit when memory becomes Ready. ---

constexpr Config windows_amd64() {
  Config c;
  c.name = "windows_amd64";
  c.address_bits = 47;
  c.granularity = 64 * kKiB;
  c.end = Address(0x7fff'ffff'0000);
  c.placement = Placement::kBottomUp;
  c.origin = Address(0x2a'0000);
  c.end_of_data = Address(0x4a'1c40);
  c.commits_at_map = false;
  c.releases_parts = false;
  c.lazy_commit = false;
  return c;
}

constexpr Config windows_386() {
  Config c = windows_amd64();
  c.name = "windows_386";
  c.address_bits = 31;
  c.end = Address(0x7fff'0000);
  return c;
}

// --- Apple: nothing below 4 GiB, upwards from there; advice to drop pages need not zero them. ---

constexpr Config darwin_amd64() {
  Config c;
  c.name = "darwin_amd64";
  c.address_bits = 47;
  c.huge_page_size = 2 * kMiB;
  c.lowest = Address(4 * kGiB);
  c.end = Address(0x7fff'ffe0'0000);
  c.placement = Placement::kBottomUp;
  c.origin = Address(0x1'0010'0000);
  c.end_of_data = Address(0x1'0005'1c40);
  c.decommit_zeroes = false;
  return c;
}

constexpr Config darwin_arm64() {
  Config c = darwin_amd64();
  c.name = "darwin_arm64";
  c.page_size = 16 * kKiB;
  c.granularity = 16 * kKiB;
  c.huge_page_size = 32 * kMiB;
  c.end = Address(0x7fff'fe00'0000);
  return c;
}

// A small space, and answers from its upper end, beyond what 33 bits can index.
constexpr Config ios_arm64() {
  Config c = darwin_arm64();
  c.name = "ios_arm64";
  c.address_bits = 36;
  c.huge_page_size = 0;
  c.end = Address(0xf'c000'0000);
  c.placement = Placement::kTopDown;
  c.origin = Address(0xf'c000'0000);
  return c;
}

// --- AIX: mappings live in segments of their own, far up. ---

constexpr Config aix_ppc64() {
  Config c;
  c.name = "aix_ppc64";
  c.address_bits = 60;
  c.lowest = Address(0x1'0000'0000);
  c.placement = Placement::kBottomUp;
  c.origin = Address(0xa00'0000'0000'0000);
  c.placement_end = Address(0xb00'0000'0000'0000);
  c.end_of_data = Address(0x1'1000'1c40);
  c.residency = Residency::kUnknown;
  return c;
}

// --- One growing segment. ---

constexpr Config plan9_amd64() {
  Config c;
  c.name = "plan9_amd64";
  c.address_bits = 47;
  c.end = Address(0x7fff'ffff'f000);
  c.placement = Placement::kLinear;
  c.origin = Address(0x4a'2000);
  c.end_of_data = Address(0x4a'1c40);
  c.decommit_zeroes = false;
  c.can_shrink = false;
  c.can_protect = false;
  c.residency = Residency::kUnknown;
  return c;
}

constexpr Config plan9_386() {
  Config c = plan9_amd64();
  c.name = "plan9_386";
  c.address_bits = 32;
  c.end = Address(0xdfff'f000);
  return c;
}

constexpr Config plan9_arm() {
  Config c = plan9_386();
  c.name = "plan9_arm";
  c.end = Address(0x4000'0000);
  return c;
}

constexpr Config wasm() {
  Config c;
  c.name = "wasm";
  c.address_bits = 32;
  c.page_size = 64 * kKiB;
  c.granularity = 64 * kKiB;
  c.placement = Placement::kLinear;
  c.origin = Address(0x12'0000);
  c.skips_to_hint = true;
  c.end_of_data = Address(0x11'1c40);
  c.commits_at_map = false;
  c.lazy_commit = false;
  c.decommit_zeroes = false;
  c.can_shrink = false;
  c.can_protect = false;
  c.residency = Residency::kUnknown;
  return c;
}

// --- The BSDs: MADV_FREE need not clear anything. ---

// Upwards from the end of the largest possible heap, or from the hint if there is one.
constexpr Config freebsd_amd64() {
  Config c;
  c.name = "freebsd_amd64";
  c.address_bits = 47;
  c.end = Address(0x7fff'ffff'f000);
  c.placement = Placement::kBottomUp;
  c.fallback = Fallback::kAbove;
  c.end_of_data = Address(0x24'1c40);
  c.origin = Address(0x24'2000) + 32 * kGiB;
  c.decommit_zeroes = false;
  return c;
}

constexpr Config freebsd_arm64() {
  Config c = freebsd_amd64();
  c.name = "freebsd_arm64";
  c.address_bits = 48;
  c.end = Address(0xffff'ffff'f000);
  c.origin = Address(0x24'2000) + kGiB;
  return c;
}

// Downwards from below the largest possible stack, or from the hint if there is one.
constexpr Config netbsd_amd64() {
  Config c = freebsd_amd64();
  c.name = "netbsd_amd64";
  c.end = Address(0x7f7f'ffff'f000);
  c.placement = Placement::kTopDown;
  c.fallback = Fallback::kBelow;
  c.origin = Address(0x7f7f'f7ff'f000);
  return c;
}

constexpr Config netbsd_arm64() {
  Config c = netbsd_amd64();
  c.name = "netbsd_arm64";
  c.address_bits = 48;
  c.end = Address(0xffff'ffff'f000);
  c.origin = Address(0xffff'fbff'f000);
  return c;
}

// Real systems choose a random place; this one goes downwards from the top of that range.
constexpr Config openbsd_amd64() {
  Config c = freebsd_amd64();
  c.name = "openbsd_amd64";
  c.end = Address(0x7f7f'ffff'c000);
  c.placement = Placement::kTopDown;
  c.fallback = Fallback::kDefault;
  c.origin = Address(0x7f7f'f7ff'c000);
  c.residency = Residency::kUnknown;
  return c;
}

// Three levels of page tables.
constexpr Config openbsd_arm64() {
  Config c = openbsd_amd64();
  c.name = "openbsd_arm64";
  c.address_bits = 39;
  c.end = Address(0x7f'ffff'c000);
  c.origin = Address(0x7f'f7ff'c000);
  return c;
}

// Every one of the above.
inline constexpr std::array kAll = {
    linux_amd64(),
    linux_arm64(),
    linux_arm64_39_bit(),
    linux_arm64_64k_pages(),
    linux_ppc64_64k_pages(),
    linux_amd64_la57(),
    linux_riscv64_sv39(),
    gvisor_amd64(),
    moved_hints_amd64(),
    linux_386_3_gib(),
    linux_386_4_gib(),
    linux_mips_2_gib(),
    windows_amd64(),
    windows_386(),
    darwin_amd64(),
    darwin_arm64(),
    ios_arm64(),
    aix_ppc64(),
    plan9_amd64(),
    plan9_386(),
    plan9_arm(),
    wasm(),
    freebsd_amd64(),
    freebsd_arm64(),
    netbsd_amd64(),
    netbsd_arm64(),
    openbsd_amd64(),
    openbsd_arm64(),
};

}  // namespace Atoll::os::sim::presets
