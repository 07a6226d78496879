// A guest's memory: the rules of the guest's own system decide where a mapping goes, and Linux
// supplies the pages there.
//
// os/sim/placement.h makes the decision from a description of the system (os/sim/presets.h) and the
// books, which list the ranges that are taken. The host's own memory (its program, its stack, the
// kernel's pages) is an obstacle in the books. Linux then maps the pages at exactly that address,
// so protection, faults and zeroes are those of real memory.
//
// Not thread safe: a host with threads must hold a lock around every call.
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
  Address base;  // null if and only if it failed
  MemoryFailure failure = MemoryFailure::kNone;
};

// What map_at() does if something is mapped there already.
enum class Existing : std::uint8_t { kReplace, kRefuse };

// Protections are PROT_NONE, PROT_READ ...: their numbers are the same on every Unix and on Linux.
class GuestMemory {
 public:
  // Lists the mappings of this process, as far as the kernel or the emulator shows them.
  using Mappings = std::vector<Range> (*)();
  static std::vector<Range> mappings_of_this_process();

  // `rules` must not be linear, and their granularity a multiple of Linux' page size.
  explicit GuestMemory(const os::sim::Config& rules, Mappings mappings = &mappings_of_this_process);
  GuestMemory(const GuestMemory&) = delete;
  GuestMemory& operator=(const GuestMemory&) = delete;

  const os::sim::Config& rules() const { return rules_; }

  // Maps zeroed private memory where the rules put it. Sizes are multiples of the rules' page size.
  Mapping map(Address hint, std::uint64_t size, int protection);
  // Maps zeroed private memory exactly there. It replaces mappings of the guest, but not of the
  // host.
  Mapping map_at(Address base, std::uint64_t size, int protection, Existing existing);

  // Parts that are not mapped are left alone.
  MemoryFailure unmap(Range range);
  // All of the range must be mapped; otherwise nothing changes.
  MemoryFailure protect(Range range, int protection);
  // The contents are zero when they are next touched. All of the range must be mapped.
  MemoryFailure discard(Range range);
  // Writes one byte for each page of the range, in pages of the rules: 1 if any part of the page
  // holds memory or if Linux does not say, and 0 if none does or the page is not mapped.
  void find_resident(Range range, unsigned char* pages) const;

  bool is_mapped(Range range) const;
  // The parts of the range that are mapped, in ascending order.
  std::vector<Range> mapped_parts(Range range) const;
  // Whether the range is aligned, not empty, and does not wrap.
  bool is_well_formed(Range range) const;

 private:
  static constexpr std::size_t kRegions = 8192;

  // Enters into the books what this process has mapped for itself since the last time.
  void note_host_mappings();
  // The same for mappings in `range` that this process cannot list, because an emulator hides its
  // own. Returns false if there are none.
  bool note_obstacles(Range range);
  bool supply(Range range, int protection, int flags);

  const os::sim::Config rules_;
  const Mappings mappings_;
  std::array<os::sim::Region, kRegions> table_;
  os::sim::AddressSpace space_;
};

}  // namespace Atoll::hosts
