// Real memory behind simulated addresses. The simulation itself only keeps books. A test that wants
// contents passes in a Backing, which the simulation tells when memory may be touched and when no
// longer. A range may already be, in part or wholly, in the state that a call announces.
#pragma once

#include <cstdint>
#include <optional>

#include "os/base/address.h"

namespace Atoll::os::sim {

class Backing {
 public:
  // The range may be touched from now on. Bytes that were lost, or never ready before, are zero.
  virtual void ready(Range range) = 0;
  // The range must not be touched any more; it keeps its contents for the next ready().
  virtual void withheld(Range range) = 0;
  // The range must not be touched any more; its contents are gone.
  virtual void lost(Range range) = 0;
  // How many bytes of the range hold memory, as whole pages of that size: pages that were written
  // and not lost. Nothing if the backing does not know.
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
