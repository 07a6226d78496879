// The options of a fixed heap, chosen at compile time. An option that is not chosen costs nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace Atoll {

// To change an option, derive from this, and declare the option again:
//
//   struct MyOptions : Atoll::FixedOptions {
//     static void enter() { disable_interrupts(); }
//     static void leave() { enable_interrupts(); }
//   };
//   using MyHeap = Atoll::BasicFixedHeap<MyOptions>;
struct FixedOptions {
  // The number of a page of 8 bytes within its buffer. With 16 bits a buffer may have up to 512
  // KiB. With 32 bits it may have up to 32 GiB, and the lists of free spans take 64 bytes more.
  using Index = uint16_t;

  // The heap calls these around every operation. If they forbid interrupts, or take a lock, then
  // interrupt handlers, or other threads, may use the heap too.
  static void enter() {}
  static void leave() {}

  enum : unsigned {
    // The number of quick lists, one for each length from the shortest on, in steps of 8 bytes.
    // Each keeps up to kQuickMost freed blocks for allocate() of the same length. That is faster,
    // but the heap holds less, because it does not merge these blocks with free neighbours.
    kQuickLengths = 0,
    kQuickMost = 4,
    // 1: the last four bytes of every block hold what owner() returned when the block was
    // allocated, for example a task's number or the caller's address. They are not usable.
    kOwners = 0,
    // 1: the heap fills a block with kFresh when it allocates it, and with kStale when it frees it.
    kFill = 0,
    kFresh = 0xa5a5a5a5,
    kStale = 0xdfdfdfdf,
  };
  static uint32_t owner() { return 0; }
};

// The defaults, for buffers larger than 512 KiB.
struct LargeFixedOptions : FixedOptions {
  using Index = uint32_t;
};

}  // namespace Atoll
