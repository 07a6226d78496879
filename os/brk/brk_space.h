// Memory from a data segment that can only grow at its end: Plan 9's, WebAssembly's.
//
//   start            break          segment end
//     |  ours and free  |  zeroed room  |
//     +-----------------+---------------+
//
// Free pages below the break are on a list sorted by address, whose headers lie in the free blocks
// themselves. Behind its header a free block is all zero, and so is the room above the break: what
// is handed out needs no clearing.
//
// The rules are those of Go's own allocator for such systems (Plan 9 from 1.0, WebAssembly from
// 1.21): first fit; a bigger block is cut from its end; the last block lowers the break, never the
// segment. Where it does better:
//   - After the break was lowered, a free block that now ends at it lowers it further. Go leaves it
//     on the list, and grows the segment for the next request that is larger than that block.
//   - Others may grow the segment too (libc's malloc does on WebAssembly). The break then goes on
//     behind their memory, and the room left behind is free to use.
//   - A hint ahead of the break puts the piece skipped on the list; Go 1.11 loses it.
//   - Giving back what is free already, or was never handed out, is refused. Only memory of others
//     that lies between pieces of ours is not told apart.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "os/os.h"

namespace Atoll::os {

// What the system gives. All sizes and addresses are multiples of the page size.
class Segment {
 public:
  // Where the segment ends now, rounded up to a page.
  virtual Address end() = 0;
  // Adds `size` bytes that read as zero; returns where they begin, which is behind end() if others
  // grew the segment meanwhile. Null: it cannot, and nothing changed.
  virtual Address grow(std::uint64_t size) = 0;
  // Called again and again while another thread is inside the BrkSpace.
  virtual void yield() = 0;

 protected:
  constexpr Segment() = default;
  ~Segment() = default;
  Segment(const Segment&) = default;
  Segment& operator=(const Segment&) = default;
};

enum class HintPolicy : std::uint8_t {
  kExactBreak,  // only the break itself can be had (Plan 9)
  kSkipAhead,   // the break or anything above it (WebAssembly as of 1.11)
};

class BrkSpace {
 public:
  constexpr BrkSpace(Segment& segment, std::uint64_t page_size, HintPolicy policy)
      : segment_(segment), page_size_(page_size), policy_(policy) {}
  BrkSpace(const BrkSpace&) = delete;
  BrkSpace& operator=(const BrkSpace&) = delete;

  // Zeroed pages. With a hint: there, or a failure. Without: where they fit first.
  Allocation reserve(Address hint, std::uint64_t size);

  // Any pages that reserve() gave, also parts of several reservations.
  Status free(Address base, std::uint64_t size);

  // Whether all of the range is handed out at present. Changes nothing.
  Status check(Address base, std::uint64_t size);

  // Where our memory begins: behind everything that was there when it was first asked for.
  Address start();

  // The one address a hint can have under kExactBreak, and the lowest under kSkipAhead.
  Address program_break();

  // For tests: what is on the list, in order. `visit(Range)` must not call back.
  template <typename Visit>
  void for_each_free(Visit visit) {
    const Lock lock(*this);
    for (const FreeBlock* b = free_; b != nullptr; b = b->next) visit(b->range());
  }

 private:
  struct FreeBlock {
    FreeBlock* next;
    std::size_t size;

    Range range() const { return {Address::of(this), size}; }
  };

  class Lock {
   public:
    explicit Lock(BrkSpace& space);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    BrkSpace& space_;
  };

  bool is_handed_out(Range range) const;
  Address reserve_anywhere(std::uint64_t size);
  Address reserve_at(Address hint, std::uint64_t size);
  bool make_room(std::uint64_t size);
  void catch_up();
  void move_break(Address to);
  void insert(Range zeroed);
  void lower_break(Address to);

  Segment& segment_;
  const std::uint64_t page_size_;
  const HintPolicy policy_;
  std::atomic<bool> locked_{false};

  // All null until the first call.
  Address start_;
  Address break_;
  Address segment_end_;  // as we left it
  FreeBlock* free_ = nullptr;
};

}  // namespace Atoll::os
