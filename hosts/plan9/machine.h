// What Plan 9's kernels fix for every program of a processor. Numbers as the kernels pc64, pc and
// bcm have them.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "os/sim/config.h"
#include "os/sim/presets.h"

namespace Atoll::hosts::plan9 {

inline constexpr std::uint64_t kPageSize = 4096;

struct Machine {
  std::uint32_t magic;           // of its programs
  std::uint64_t header_size;     // of its programs; 40: with an entry point of 64 bits
  Address text_base;             // where header and text are put
  std::uint64_t data_alignment;  // the data begin at the next such multiple
  std::uint64_t stack_size;      // below the end of the address space
  std::uint64_t most_segment;    // no segment can be larger, in bytes
  os::sim::Config address_space;

  constexpr Range stack() const { return {address_space.end - stack_size, stack_size}; }
};

inline constexpr Machine kAmd64 = {0x8a97,
                                   40,
                                   Address(0x20'0000),
                                   0x20'0000,
                                   16 * os::sim::presets::kMiB,
                                   65536 * os::sim::presets::kMiB,
                                   os::sim::presets::plan9_amd64()};

inline constexpr Machine k386 = {0x1eb,
                                 32,
                                 Address(0x1000),
                                 kPageSize,
                                 16 * os::sim::presets::kMiB,
                                 1984 * os::sim::presets::kMiB,
                                 os::sim::presets::plan9_386()};

inline constexpr Machine kArm = {0x647,
                                 32,
                                 Address(0x1000),
                                 kPageSize,
                                 8 * os::sim::presets::kMiB,
                                 1984 * os::sim::presets::kMiB,
                                 os::sim::presets::plan9_arm()};

#if defined(__x86_64__)
inline constexpr const Machine& kThisMachine = kAmd64;
#elif defined(__i386__)
inline constexpr const Machine& kThisMachine = k386;
#elif defined(__arm__)
inline constexpr const Machine& kThisMachine = kArm;
#else
#error "hosts/plan9: unknown processor"
#endif

}  // namespace Atoll::hosts::plan9
