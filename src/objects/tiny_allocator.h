// Where one cache puts its next tiny object: the open block.
//
// A cache has one block open at a time, the one with the most room of those it had. It asks for a
// new one when an object does not fit; the blocks are objects of 16 bytes, which the cache brings
// and takes back. tiny.h tells what a block's word means.
#pragma once

#include <cstddef>

#include "src/objects/tiny.h"

namespace Atoll::objects {

// Used by one thread. Others may free objects of the open block meanwhile.
class TinyAllocator {
 public:
  constexpr TinyAllocator() = default;

  // The place for an object of `bytes`, 1 to 15, in the open block. Null: there is no block, or the
  // object does not fit.
  void* put(unsigned bytes, unsigned alignment);

  // Makes a new block at `base`, with an object of `bytes` at its beginning. It stays open if it
  // has more room left than the open one, which is closed then. Returns that one, if no object in
  // it is in use any more: it is the caller's to free. Else null.
  void* begin_block(void* base, TinyBlock& word, unsigned bytes);

  // Closes the open block, if there is one. Returns the same.
  void* close() { return base_ != nullptr ? close_block() : nullptr; }

 private:
  void* close_block();

  void* base_ = nullptr;       // of the open block ...
  TinyBlock* word_ = nullptr;  // ... and its word
  unsigned used_ = 0;          // bytes of it, from its beginning
};

}  // namespace Atoll::objects
