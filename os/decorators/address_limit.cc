#include "os/decorators/address_limit.h"

#include <algorithm>

#include "os/base/bits.h"

namespace Atoll::os {
namespace {

constexpr Allocation kNoRoom{Address(), {Failure::kNoMemory, 0}};
constexpr Status kNotOurs{Failure::kNotReserved, 0};

}  // namespace

Machine AddressLimitOs::probe() {
  Machine machine = beneath().probe();
  machine.address_bits = std::min(machine.address_bits, bits_);
  // The program itself may lie above the limit; a system that narrow would not have put it there.
  if (!is_within(machine.end_of_data, 1)) machine.end_of_data = Address();
  if (!is_within(machine.program_break, 1)) machine.program_break = Address();
  return machine;
}

bool AddressLimitOs::is_within(Address base, std::uint64_t size) const {
  const std::uint64_t greatest = ~std::uint64_t{0} >> (64 - bits_);
  return base.value() <= greatest && size - 1 <= greatest - base.value();
}

bool AddressLimitOs::is_well_formed(Address base, std::uint64_t size) const {
  return size != 0 && is_multiple_of(size, machine_.page_size) &&
         base.is_aligned(machine_.page_size) && base + (size - 1) >= base;
}

// The system beneath refuses malformed ranges.
bool AddressLimitOs::is_above(Address base, std::uint64_t size) const {
  return is_well_formed(base, size) && !is_within(base, size);
}

// Tries evenly spaced hints from the top down; returns null if the system honours none. If a few
// hundred tries fail, there is no room, or the system beneath ignores hints.
Address AddressLimitOs::look_beneath(std::uint64_t size) {
  constexpr std::uint64_t kTries = 256;
  const std::uint64_t greatest = ~std::uint64_t{0} >> (64 - bits_);
  if (size > greatest) return Address();
  const std::uint64_t highest = round_down(greatest - size + 1, machine_.granularity);
  const std::uint64_t step =
      std::max(round_up(highest / kTries, machine_.granularity), machine_.granularity);
  for (std::uint64_t hint = highest; hint > 0 && hint <= highest; hint -= step) {
    const Allocation allocation = beneath().reserve(Address(hint), size);
    if (!allocation.ok()) continue;
    if (is_within(allocation.base, size)) return allocation.base;
    (void)beneath().release(allocation.base, size);
  }
  return Address();
}

Allocation AddressLimitOs::reserve(Address hint, std::uint64_t size) {
  if (is_above(Address(machine_.page_size), size)) return kNoRoom;
  if (is_above(hint, size)) {
    if (machine_.linear_only) return kNoRoom;
    hint = Address();
  }
  const Allocation allocation = beneath().reserve(hint, size);
  if (!allocation.ok() || is_within(allocation.base, size)) return allocation;
  (void)beneath().release(allocation.base, size);
  if (high_answer_ == HighAnswer::kFails) return kNoRoom;
  const Address base = look_beneath(size);
  return base.is_null() ? kNoRoom : Allocation{base, {}};
}

Allocation AddressLimitOs::alloc(std::uint64_t size) {
  if (is_above(Address(machine_.page_size), size)) return kNoRoom;
  const Allocation allocation = beneath().alloc(size);
  if (!allocation.ok() || is_within(allocation.base, size)) return allocation;
  (void)beneath().free(allocation.base, size);
  if (high_answer_ == HighAnswer::kFails) return kNoRoom;
  const Address base = look_beneath(size);
  if (base.is_null()) return kNoRoom;
  Status status = beneath().map(base, size);
  if (status.ok()) status = beneath().used(base, size);
  if (status.ok()) return {base, {}};
  (void)beneath().free(base, size);
  return {Address(), status};
}

Status AddressLimitOs::release(Address base, std::uint64_t size) {
  return is_above(base, size) ? kNotOurs : beneath().release(base, size);
}

Status AddressLimitOs::map(Address base, std::uint64_t size) {
  return is_above(base, size) ? kNotOurs : beneath().map(base, size);
}

Status AddressLimitOs::used(Address base, std::uint64_t size) {
  return is_above(base, size) ? kNotOurs : beneath().used(base, size);
}

Status AddressLimitOs::unused(Address base, std::uint64_t size) {
  return is_above(base, size) ? kNotOurs : beneath().unused(base, size);
}

Status AddressLimitOs::fault(Address base, std::uint64_t size) {
  return is_above(base, size) ? kNotOurs : beneath().fault(base, size);
}

Status AddressLimitOs::free(Address base, std::uint64_t size) {
  return is_above(base, size) ? kNotOurs : beneath().free(base, size);
}

std::optional<std::uint64_t> AddressLimitOs::resident(Address base, std::uint64_t size) {
  if (is_above(base, size)) return std::nullopt;
  return beneath().resident(base, size);
}

Status AddressLimitOs::wish_huge_pages(Address base, std::uint64_t size, HugePages wish) {
  return is_above(base, size) ? kNotOurs : beneath().wish_huge_pages(base, size, wish);
}

}  // namespace Atoll::os
