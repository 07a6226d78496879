// Never honours a hint: memory always lies elsewhere, or, where linear_only, the call fails.
#pragma once

#include "os/decorators/forward.h"

namespace Atoll::os {

class RefuseHintsOs final : public ForwardOs {
 public:
  explicit RefuseHintsOs(Os& beneath)
      : ForwardOs(beneath), linear_only_(beneath.probe().linear_only) {}

  Machine probe() override {
    Machine machine = beneath().probe();
    machine.honours_hints = false;
    return machine;
  }

  Allocation reserve(Address hint, std::uint64_t size) override {
    if (!hint.is_null() && linear_only_) return {Address(), {Failure::kNoMemory, 0}};
    const Allocation allocation = beneath().reserve(Address(), size);
    if (!allocation.ok() || allocation.base != hint) return allocation;
    // The system chose the hint by itself. While this holds that place, the next answer is another
    // one.
    const Allocation other = beneath().reserve(Address(), size);
    (void)beneath().release(allocation.base, size);
    return other;
  }

 private:
  bool linear_only_;
};

}  // namespace Atoll::os
