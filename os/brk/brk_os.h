// Implements the memory of the contract on a system that has one growing segment; the console, time
// and threads are left to the backend.
//
//   reserve   BrkSpace::reserve
//   release   BrkSpace::free
//   map       nothing, like used and unused: no system calls change memory in the segment. All
//             three refuse memory that is not handed out.
//   fault     unsupported
//   alloc     BrkSpace::reserve without a hint
//   free      BrkSpace::free
//   resident  unknown: the system does not tell which pages of the segment hold memory
//   huge pages: the backend takes no wishes
#pragma once

#include <cstdint>

#include "os/brk/brk_space.h"
#include "os/os.h"

namespace Atoll::os {

class BrkOs : public Os {
 public:
  Allocation reserve(Address hint, std::uint64_t size) final;
  Status release(Address base, std::uint64_t size) final;
  Status map(Address base, std::uint64_t size) final;
  Status used(Address base, std::uint64_t size) final;
  Status unused(Address base, std::uint64_t size) final;
  Status fault(Address base, std::uint64_t size) final;
  Allocation alloc(std::uint64_t size) final;
  Status free(Address base, std::uint64_t size) final;

 protected:
  constexpr BrkOs(Segment& segment, std::uint64_t page_size, HintPolicy policy)
      : policy_(policy), page_size_(page_size), space_(segment, page_size, policy) {}
  ~BrkOs() = default;

  // The properties of such a system. The backend adds what it knows better.
  Machine probe_segment();

 private:
  const HintPolicy policy_;
  const std::uint64_t page_size_;
  BrkSpace space_;
};

}  // namespace Atoll::os
