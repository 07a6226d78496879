#include "os/arm64/virtual_space.h"

#include "os/backend/range_check.h"

namespace Atoll::os::arm64 {
namespace {

using sim::State;
using sim::StateSet;

// In the table of regions: Prepared, or Ready if the page tables say so.
constexpr State kMapped = State::kPrepared;

constexpr Status kDone{};
constexpr Status failed(Failure failure) { return {failure, 0}; }

}  // namespace

void VirtualSpace::init(Range bounds, std::span<sim::Region> storage) {
  bounds_ = bounds;
  regions_ = sim::AddressSpace(storage);
}

Machine VirtualSpace::facts() {
  Machine machine;
  machine.page_size = kPageBytes;
  machine.granularity = kPageBytes;
  machine.address_bits = PageTables::kAddressBits;
  machine.honours_hints = true;
  machine.releases_parts = true;
  machine.lazy_commit = false;
  machine.can_shrink = true;
  machine.can_protect = true;
  return machine;
}

std::uint64_t VirtualSpace::bytes_held() const {
  return regions_.bytes(State::kReserved) + regions_.bytes(kMapped);
}

Status VirtualSpace::check(Range range, StateSet states) const {
  if (!is_well_formed(range, kPageBytes)) return failed(Failure::kBadArgument);
  return regions_.is_all(range, states) ? kDone : failed(Failure::kNotReserved);
}

Allocation VirtualSpace::take(Address hint, std::uint64_t size, State state) {
  Range range{hint, size};
  const bool can_be_had = !hint.is_null() && bounds_.contains(range) && regions_.is_free(range);
  if ((can_be_had || regions_.find_lowest(bounds_, size, kPageBytes, &range.base)) &&
      regions_.add(range, state)) {
    return {range.base, kDone};
  }
  return {Address(), failed(Failure::kNoMemory)};
}

Allocation VirtualSpace::reserve(Address hint, std::uint64_t size) {
  if (!is_well_formed({hint, size}, kPageBytes)) {
    return {Address(), failed(Failure::kBadArgument)};
  }
  return take(hint, size, State::kReserved);
}

Status VirtualSpace::release(Range range) {
  if (const Status status = check(range, State::kReserved); !status.ok()) return status;
  return regions_.remove(range) ? kDone : failed(Failure::kNoMemory);
}

Status VirtualSpace::map(Range range) {
  if (const Status status = check(range, State::kReserved); !status.ok()) return status;
  return regions_.set_state(range, kMapped) ? kDone : failed(Failure::kNoMemory);
}

Status VirtualSpace::used(Range range) {
  if (const Status status = check(range, kMapped); !status.ok()) return status;
  return tables_.back(range) ? kDone : failed(Failure::kNoMemory);
}

// The memory that is handed out has no blocks, so unmap() cannot fail.

Status VirtualSpace::unused(Range range) {
  if (const Status status = check(range, kMapped); !status.ok()) return status;
  (void)tables_.unmap(range);
  return kDone;
}

Status VirtualSpace::fault(Range range) {
  if (const Status status = check(range, kMapped); !status.ok()) return status;
  if (!regions_.set_state(range, State::kReserved)) return failed(Failure::kNoMemory);
  (void)tables_.unmap(range);
  return kDone;
}

Allocation VirtualSpace::alloc(std::uint64_t size) {
  if (!is_well_formed({Address(), size}, kPageBytes))
    return {Address(), failed(Failure::kBadArgument)};
  const Allocation allocation = take(Address(), size, kMapped);
  if (!allocation.ok() || tables_.back({allocation.base, size})) return allocation;
  (void)regions_.remove({allocation.base, size});
  return {Address(), failed(Failure::kNoMemory)};
}

Status VirtualSpace::free(Range range) {
  if (const Status status = check(range, sim::kOurs); !status.ok()) return status;
  if (!regions_.remove(range)) return failed(Failure::kNoMemory);
  (void)tables_.unmap(range);
  return kDone;
}

std::optional<std::uint64_t> VirtualSpace::resident(Range range) const {
  if (!check(range, kMapped).ok()) return std::nullopt;
  return range.size - tables_.missing_pages(range) * kPageBytes;
}

}  // namespace Atoll::os::arm64
