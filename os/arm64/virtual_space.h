// Memory in its four states for a machine without an operating system: implements the memory calls
// of os/os.h over page tables.
//
// A table of regions (os/sim/address_space.h) knows who has which range. It does not tell Prepared
// from Ready: a page is Ready exactly if the page tables have a frame for it. So used() and
// unused() change only the page tables, however many pages change back and forth.
//
// reserve() honours a hint exactly if all of its range is free; otherwise the memory lies at the
// lowest place where it fits.
//
// A failed call has changed nothing. If the table of regions is full, a call fails with kNoMemory;
// that can also happen to map(), and to fault(), release() and free() of a part. Not thread safe.
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

  // `tables` must outlive this object.
  constexpr explicit VirtualSpace(PageTables& tables) : tables_(tables) {}
  VirtualSpace(const VirtualSpace&) = delete;
  VirtualSpace& operator=(const VirtualSpace&) = delete;

  // All of `bounds` is free, and this object hands out nothing else. `storage` keeps the regions.
  void init(Range bounds, std::span<sim::Region> storage);

  // The properties of memory handed out here; the other fields of Machine keep their defaults.
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

  // How much address space is not None, in bytes.
  std::uint64_t bytes_held() const;

 private:
  Status check(Range range, sim::StateSet states) const;
  Allocation take(Address hint, std::uint64_t size, sim::State state);

  PageTables& tables_;
  Range bounds_;
  sim::AddressSpace regions_{{}};
};

}  // namespace Atoll::os::arm64
