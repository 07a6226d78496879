// Tiny objects: up to 15 bytes without pointers, several of which share a block, an object of 16
// bytes.
//
// A block is free when the last of its objects is. So a span with blocks has a table of one word
// for each of its objects, 0 for those that are no blocks:
//   bits 0 to 15   an object in use begins at that byte
//   bit 16         the block is open: its cache still puts objects into it
//   bits 17 to 31  an object, in use or freed, begins or ends at byte 1 to 15: tells sizes
// The page records of such a span are empty, so that every free in it comes by and looks.
#pragma once

#include <atomic>
#include <cstdint>

#include "src/base/fixed_alloc.h"
#include "src/base/mutex.h"
#include "src/pages/span.h"

namespace Atoll::objects {

using TinyBlock = std::atomic<std::uint32_t>;

inline constexpr std::uint32_t kTinyOpen = std::uint32_t{1} << 16;
inline constexpr std::uint32_t kTinyStarts = 0xffff;

constexpr std::uint32_t tiny_start(unsigned offset) { return std::uint32_t{1} << offset; }
constexpr std::uint32_t tiny_edge(unsigned offset) {
  return offset % port::kTinySize == 0 ? 0 : kTinyOpen << offset;
}
// No object of the block is in use, and none will be.
constexpr bool is_finished(std::uint32_t block) { return (block & (kTinyStarts | kTinyOpen)) == 0; }
// Bytes from `offset` to where the object there ends.
unsigned tiny_size(std::uint32_t block, unsigned offset);

// Frees the object at `offset`, for any thread.
enum class TinyFree : std::uint8_t {
  kNone,      // no object in use begins there
  kFreed,     // the block stays
  kFinished,  // it was the last of its block, which is the caller's to free
};
TinyFree free_tiny(TinyBlock& block, unsigned offset);

// The tables. Thread safe.
class TinyTables {
 public:
  void init(const Platform& platform, PersistentAlloc& memory);

  // All zero; null: no memory.
  TinyBlock* alloc();
  void free(TinyBlock* table);

  Mutex& lock() { return lock_; }

 private:
  const Platform* platform_ = nullptr;
  Mutex lock_;
  FixedAlloc tables_;
};

}  // namespace Atoll::objects
