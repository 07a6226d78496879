// Hands out a reserved range from its beginning, piece after piece. Pieces cannot be freed.
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

  LinearAlloc() = default;  // an empty range: every alloc() fails

  // `range` is Reserved. A range that ends at 2^64 is shortened by a byte, because that end does
  // not fit into an Address.
  LinearAlloc(Range range, Mapping mapping);

  // A piece of `size` bytes, not 0, at a multiple of `alignment`, a power of two. Null and
  // kNoMemory if it does not fit; null and the system's failure if the system does not map it.
  // Pages that a failed call has mapped stay mapped for the next call.
  os::Allocation alloc(os::Os& os, std::uint64_t page_size, std::uint64_t size,
                       std::uint64_t alignment);

  bool fits(std::uint64_t size, std::uint64_t alignment) const;

  // Undoes the last alloc(), which returned `base`. Mapped pages stay mapped.
  void undo(Address base) { next_ = base; }

  // The rest: the lowest address at which the next piece may begin, and the end.
  Address next() const { return next_; }
  Address end() const { return end_; }

 private:
  os::Status map_up_to(os::Os& os, Address end);

  Address next_;
  // Everything below the one is Prepared, and below the other Ready. Both are multiples of the page
  // size. With kReadies they differ only after the system has mapped a piece and then refused to
  // make it Ready.
  Address prepared_;
  Address ready_;
  Address end_;
  Mapping mapping_ = Mapping::kNone;
};

}  // namespace Atoll
