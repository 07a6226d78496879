// Hands out a reserved range from its beginning, piece after piece; nothing is ever given back.
//
// 32-bit heaps take their first arenas, and the metadata of all arenas, from such ranges, so that
// both stay together in a small address space. Not thread safe: callers hold the heap's lock.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "os/os.h"

namespace Atoll {

class LinearAlloc {
 public:
  enum class Mapping : std::uint8_t {
    kPrepares,  // pieces are Prepared
    kReadies,   // pieces are Ready
    kNone,      // pieces stay Reserved: the caller maps them
  };

  LinearAlloc() = default;  // an empty range, which serves nobody

  // `range` is Reserved. One that ends at 2^64 is shortened by a byte, so that its end can be told.
  LinearAlloc(Range range, Mapping mapping);

  // A piece of `size` bytes, not 0, at a multiple of `alignment`, a power of two. Null and
  // kNoMemory if it does not fit; null and the system's answer if it will not map. Whatever was
  // mapped for a failed call stays mapped for the next.
  os::Allocation alloc(os::Os& os, std::uint64_t page_size, std::uint64_t size,
                       std::uint64_t alignment);

  bool fits(std::uint64_t size, std::uint64_t alignment) const;

  // Undoes the last alloc(), whose piece began at `base`; mapped pages stay mapped.
  void undo(Address base) { next_ = base; }

  // What is left: where the next piece will begin at the earliest, and the end.
  Address next() const { return next_; }
  Address end() const { return end_; }

 private:
  os::Status map_up_to(os::Os& os, Address end);

  Address next_;
  // Everything before is Prepared, or Ready. Multiples of the page size. They differ after a piece
  // that could be mapped, but not be used.
  Address prepared_;
  Address ready_;
  Address end_;
  Mapping mapping_ = Mapping::kNone;
};

}  // namespace Atoll
