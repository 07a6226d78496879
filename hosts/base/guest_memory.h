// A guest's memory: the guest's own system decides where a mapping goes, Linux only supplies it
// there.
//
// The decision is os/sim/placement.h's, on a description of the system (os/sim/presets.h) and the
// books of what is taken. What this process needs for itself (the host program, its stack, the
// kernel's pages) is an obstacle in those books. Then the pages are mapped at just that address, so
// protection, faults and zeroes are those of real memory.
//
// Not thread safe: the personality serialises.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "os/base/address.h"
#include "os/sim/address_space.h"
#include "os/sim/config.h"

namespace Atoll::hosts {

enum class MemoryFailure : std::uint8_t {
  kNone,
  kNoMemory,     // no address space or memory left, or the tables are full
  kBadArgument,  // empty, unaligned, or not within the guest's address space
  kTaken,        // something is mapped there already
  kNotMapped,    // a part of the range is not mapped
};

struct Mapping {
  Address base;  // null exactly if it failed
  MemoryFailure failure = MemoryFailure::kNone;
};

// What map_at() does about mappings that are there already.
enum class Existing : std::uint8_t { kReplace, kRefuse };

// Protections are PROT_NONE, PROT_READ ...: their numbers are the same on every Unix and on Linux.
class GuestMemory {
 public:
  // What this process has mapped, as far as it can be told.
  using Mappings = std::vector<Range> (*)();
  static std::vector<Range> mappings_of_this_process();

  // `rules` must not be linear, and their granularity a multiple of Linux' page size.
  explicit GuestMemory(const os::sim::Config& rules, Mappings mappings = &mappings_of_this_process);
  GuestMemory(const GuestMemory&) = delete;
  GuestMemory& operator=(const GuestMemory&) = delete;

  const os::sim::Config& rules() const { return rules_; }

  // Zeroed private memory wherever the rules put it. Sizes are multiples of the rules' page size.
  Mapping map(Address hint, std::uint64_t size, int protection);
  // Zeroed private memory exactly there, replacing only what is the guest's.
  Mapping map_at(Address base, std::uint64_t size, int protection, Existing existing);

  // Parts that are not mapped are left alone.
  MemoryFailure unmap(Range range);
  // All of it must be mapped, else nothing changes.
  MemoryFailure protect(Range range, int protection);
  // Contents become zero when next touched. All of it must be mapped.
  MemoryFailure discard(Range range);
  // One byte for each page of the rules: 1 if any part of it holds memory, or Linux does not tell,
  // else 0; also if it is not mapped.
  void find_resident(Range range, unsigned char* pages) const;

  bool is_mapped(Range range) const;
  // What of it is mapped, in ascending order.
  std::vector<Range> mapped_parts(Range range) const;
  // Whether such a range can be asked about at all: aligned, not empty, not wrapping.
  bool is_well_formed(Range range) const;

 private:
  static constexpr std::size_t kRegions = 8192;

  // Enters what this process has mapped for itself since the last time.
  void note_host_mappings();
  // The same for what is mapped in `range` without being told: an emulator keeps its own memory to
  // itself. False: there is nothing.
  bool note_obstacles(Range range);
  bool supply(Range range, int protection, int flags);

  const os::sim::Config rules_;
  const Mappings mappings_;
  std::array<os::sim::Region, kRegions> table_;
  os::sim::AddressSpace space_;
};

}  // namespace Atoll::hosts
