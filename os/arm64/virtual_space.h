// Memory in its four states, for a machine without an operating system: what os/os.h says of
// memory, over page tables.
//
// Which ranges are whose is a table of regions (os/sim/address_space.h), where the states Prepared
// and Ready are one: a page is Ready exactly if the page tables have a frame for it. So used() and
// unused() touch the page tables only, however many pages change back and forth.
//
// A hint is taken exactly if all of it is free; otherwise memory lies at the lowest place it fits.
//
// A failed call has changed nothing. The table of regions may be full: that is kNoMemory, and it
// can happen to map(), fault(), release() and free() of a part too. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "os/arm64/page_tables.h"
#include "os/base/address.h"
#include "os/os.h"
#include "os/sim/address_space.h"

namespace Atoll::os::arm64 {

class VirtualSpace {
 public:
  static constexpr std::uint64_t kPageBytes = PageTables::kPageBytes;

  // Must outlive this object.
  constexpr explicit VirtualSpace(PageTables& tables) : tables_(tables) {}
  VirtualSpace(const VirtualSpace&) = delete;
  VirtualSpace& operator=(const VirtualSpace&) = delete;

  // All of `bounds` is free, and nothing else is ever handed out. `storage` keeps the regions.
  void init(Range bounds, std::span<sim::Region> storage);

  // What is true of memory handed out here; the rest of Machine is left as it is by default.
  static Machine facts();

  // As os/os.h says.
  Allocation reserve(Address hint, std::uint64_t size);
  Status release(Range range);
  Status map(Range range);
  Status used(Range range);
  Status unused(Range range);
  Status fault(Range range);
  Allocation alloc(std::uint64_t size);
  Status free(Range range);
  std::optional<std::uint64_t> resident(Range range) const;

  // Of address space, in whatever state.
  std::uint64_t bytes_held() const;

 private:
  Status check(Range range, sim::StateSet states) const;
  Allocation take(Address hint, std::uint64_t size, sim::State state);

  PageTables& tables_;
  Range bounds_;
  sim::AddressSpace regions_{{}};
};

}  // namespace Atoll::os::arm64
