// Memory from a data segment that can only grow at its end, as on Plan 9 and WebAssembly.
//
//   start            break          segment end
//     |  ours and free  |  zeroed room  |
//     +-----------------+---------------+
//
// A list sorted by address has the free pages below the break. Its headers lie in the free blocks
// themselves. The rest of a free block is all zero, and so is the room above the break, so memory
// needs no clearing when it is handed out.
//
// The rules are those of Go's own allocator for such systems (Plan 9 from 1.0, WebAssembly from
// 1.21): first fit; a bigger block is cut from its end; the last block lowers the break, never the
// segment. This implementation does better in four ways:
//   - When the break is lowered to the end of a free block, that block lowers it further. Go leaves
//     the block on the list, and grows the segment for the next request that is larger.
//   - Others may grow the segment too (libc's malloc does on WebAssembly). The break then moves
//     past their memory, and the room before it stays free to use.
//   - A hint ahead of the break puts the skipped piece on the list; Go 1.11 loses it.
//   - It refuses to free memory that is free already or was never handed out. It cannot detect only
//     the memory of others that lies between pieces of ours.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "os/os.h"

namespace Atoll::os {

// The system's segment. All sizes and addresses are multiples of the page size.
class Segment {
 public:
  // The current end of the segment, rounded up to a page.
  virtual Address end() = 0;
  // Adds `size` bytes that read as zero. Returns where they begin, which is past end() if others
  // grew the segment meanwhile. Null if the system refuses; nothing changes then.
  virtual Address grow(std::uint64_t size) = 0;
  // The BrkSpace calls this repeatedly while another thread is inside of it.
  virtual void yield() = 0;

 protected:
  constexpr Segment() = default;
  ~Segment() = default;
  Segment(const Segment&) = default;
  Segment& operator=(const Segment&) = default;
};

enum class HintPolicy : std::uint8_t {
  kExactBreak,  // only a hint at the break itself succeeds (Plan 9)
  kSkipAhead,   // a hint at the break or anywhere above it succeeds (WebAssembly as of 1.11)
};

class BrkSpace {
 public:
  constexpr BrkSpace(Segment& segment, std::uint64_t page_size, HintPolicy policy)
      : segment_(segment), page_size_(page_size), policy_(policy) {}
  BrkSpace(const BrkSpace&) = delete;
  BrkSpace& operator=(const BrkSpace&) = delete;

  // Returns zeroed pages: at the hint or not at all; without a hint, at the first place where they
  // fit.
  Allocation reserve(Address hint, std::uint64_t size);

  // Frees any pages that reserve() returned, also parts of several reservations.
  Status free(Address base, std::uint64_t size);

  // Whether all of the range is handed out at present. Changes nothing.
  Status check(Address base, std::uint64_t size);

  // Where our memory begins: after everything that was in the segment at the first call.
  Address start();

  // The only hint that can succeed under kExactBreak, and the lowest under kSkipAhead.
  Address program_break();

  // For tests: visits the blocks on the list in order. `visit(Range)` must not call back.
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

  // All are null until the first call.
  Address start_;
  Address break_;
  Address segment_end_;  // as this object last saw it
  FreeBlock* free_ = nullptr;
};

}  // namespace Atoll::os
