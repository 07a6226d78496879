// Makes a system behave as one with narrower addresses: 39 bits on a machine of 48, say.
#pragma once

#include <cstdint>

#include "os/decorators/forward.h"

namespace Atoll::os {

class AddressLimitOs final : public ForwardOs {
 public:
  // What to do when the system beneath, left the choice, answers above the limit.
  enum class HighAnswer : std::uint8_t {
    kFails,         // give it back; kNoMemory
    kLooksBeneath,  // give it back and ask for places below the limit, as a real narrow system
                    // would
  };

  // `bits` is 1 to 64; not less than `beneath` has changes nothing.
  AddressLimitOs(Os& beneath, std::uint32_t bits, HighAnswer high_answer = HighAnswer::kFails)
      : ForwardOs(beneath), machine_(beneath.probe()), bits_(bits), high_answer_(high_answer) {}

  // Facts of places above the limit are not known here.
  Machine probe() override;
  // A hint above the limit is not honoured.
  Allocation reserve(Address hint, std::uint64_t size) override;
  Allocation alloc(std::uint64_t size) override;

  // Nothing above the limit was handed out: kNotReserved, and unknown.
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
