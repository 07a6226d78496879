// Where one cache puts its next tiny object: the open block.
//
// A cache has one block open at a time, the one with the most room of those that it had. It needs a
// new one when an object does not fit. Blocks are objects of 16 bytes; the cache allocates and
// frees them. tiny.h explains the word of a block.
#pragma once

#include <cstddef>

#include "src/objects/tiny.h"

namespace Atoll::objects {

// Used by one thread. Others may free objects of the open block meanwhile.
class TinyAllocator {
 public:
  constexpr TinyAllocator() = default;

  // Returns the place for an object of `bytes`, 1 to 15, in the open block. Returns null if there
  // is no open block, or if the object does not fit.
  void* put(unsigned bytes, unsigned alignment);

  // Makes a new block at `base`, with an object of `bytes` at its beginning. If the new block has
  // more room left than the open one, it becomes the open one, and the old one is closed. Returns
  // the old block if it was closed and none of its objects is in use: the caller must free it.
  // Otherwise returns null.
  void* begin_block(void* base, TinyBlock& word, unsigned bytes);

  // Closes the open block, if there is one. Returns it under the same condition.
  void* close() { return base_ != nullptr ? close_block() : nullptr; }

 private:
  void* close_block();

  void* base_ = nullptr;       // of the open block
  TinyBlock* word_ = nullptr;  // the word of the open block
  unsigned used_ = 0;          // bytes of it, from its beginning
};

}  // namespace Atoll::objects
