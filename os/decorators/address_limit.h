// Makes a system behave like one with narrower addresses, for example 39 bits on a machine of 48.
#pragma once

#include <cstdint>

#include "os/decorators/forward.h"

namespace Atoll::os {

class AddressLimitOs final : public ForwardOs {
 public:
  // What to do when the system beneath chooses a place above the limit.
  enum class HighAnswer : std::uint8_t {
    kFails,         // give it back and fail with kNoMemory
    kLooksBeneath,  // give it back and ask for places below the limit, like a real narrow system
  };

  // `bits` is 1 to 64. If it is not less than the bits of `beneath`, the decorator changes nothing.
  AddressLimitOs(Os& beneath, std::uint32_t bits, HighAnswer high_answer = HighAnswer::kFails)
      : ForwardOs(beneath), machine_(beneath.probe()), bits_(bits), high_answer_(high_answer) {}

  // Leaves out properties that are places above the limit.
  Machine probe() override;
  // Does not honour a hint above the limit.
  Allocation reserve(Address hint, std::uint64_t size) override;
  Allocation alloc(std::uint64_t size) override;

  // Nobody got memory above the limit, so these fail with kNotReserved there; resident() is
  // unknown.
  Status release(Address base, std::uint64_t size) override;
  Status map(Address base, std::uint64_t size) override;
  Status used(Address base, std::uint64_t size) override;
  Status unused(Address base, std::uint64_t size) override;
  Status fault(Address base, std::uint64_t size) override;
  Status free(Address base, std::uint64_t size) override;
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override;
  Status wish_huge_pages(Address base, std::uint64_t size, HugePages wish) override;

 private:
  bool is_well_formed(Address base, std::uint64_t size) const;
  bool is_above(Address base, std::uint64_t size) const;
  bool is_within(Address base, std::uint64_t size) const;
  Address look_beneath(std::uint64_t size);

  Machine machine_;
  std::uint32_t bits_;
  HighAnswer high_answer_;
};

}  // namespace Atoll::os
