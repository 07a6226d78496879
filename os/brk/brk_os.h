// The memory of a system that has one growing segment, as the contract wants it; the console, time
// and threads are left to the backend.
//
//   reserve   BrkSpace::reserve
//   release   BrkSpace::free
//   map       nothing, nor do used and unused: there is no memory behind the memory. All three
//             refuse what is not handed out.
//   fault     cannot be done
//   alloc     BrkSpace::reserve without a hint
//   free      BrkSpace::free
//   resident  unknown: what lies behind the segment, the system keeps to itself
//   huge pages: not to be wished for
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

  // What such a system is. The backend adds what it knows better.
  Machine probe_segment();

 private:
  const HintPolicy policy_;
  const std::uint64_t page_size_;
  BrkSpace space_;
};

}  // namespace Atoll::os
