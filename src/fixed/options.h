// What a fixed heap can do besides, chosen at compile time. What is not chosen costs nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace Atoll {

// Derive from it, and hide what shall be different:
//
//   struct MyOptions : Atoll::FixedOptions {
//     static void enter() { disable_interrupts(); }
//     static void leave() { enable_interrupts(); }
//   };
//   using MyHeap = Atoll::BasicFixedHeap<MyOptions>;
struct FixedOptions {
  // Of pages of 8 bytes. 16 bits: each buffer has at most 512 KiB. 32 bits: 16 GiB; lists of free
  // spans take 64 bytes more.
  using Index = uint16_t;

  // Called around every operation, so that interrupts or other threads may call too.
  static void enter() {}
  static void leave() {}

  enum : unsigned {
    // Up to kQuickMost freed blocks of each of so many lengths, from the shortest on in steps of 8
    // bytes, wait as they are for a request of the same length: faster, and less can be used.
    kQuickLengths = 0,
    kQuickMost = 4,
    // 1: the last four bytes of every block hold what owner() answered when it was allocated, such
    // as a task or the caller's address; blocks have four usable bytes less.
    kOwners = 0,
    // 1: a block is filled with kFresh when it is allocated, and with kStale when it is freed.
    kFill = 0,
    kFresh = 0xa5a5a5a5,
    kStale = 0xdfdfdfdf,
  };
  static uint32_t owner() { return 0; }
};

// The same for buffers larger than 512 KiB.
struct LargeFixedOptions : FixedOptions {
  using Index = uint32_t;
};

}  // namespace Atoll
