// What may stand behind simulated addresses. The simulation itself keeps books only; a test that
// wants contents hands in one of these and is told when memory may be touched and when no longer.
// A range may be, in part or wholly, already what it is told to become.
#pragma once

#include <cstdint>
#include <optional>

#include "os/base/address.h"

namespace Atoll::os::sim {

class Backing {
 public:
  // May be touched from now on. Bytes that were lost, or never ready before, are zero.
  virtual void ready(Range range) = 0;
  // Must not be touched any more; contents are kept for the next ready().
  virtual void withheld(Range range) = 0;
  // Must not be touched any more; contents are gone.
  virtual void lost(Range range) = 0;
  // How many bytes of it hold memory, as whole pages of that size: those that were written and not
  // lost. Nothing: it does not know.
  virtual std::optional<std::uint64_t> resident(Range /*range*/, std::uint64_t /*page_size*/) {
    return std::nullopt;
  }

 protected:
  constexpr Backing() = default;
  ~Backing() = default;
  Backing(const Backing&) = default;
  Backing& operator=(const Backing&) = default;
};

}  // namespace Atoll::os::sim
