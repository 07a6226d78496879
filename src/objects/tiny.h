// Tiny objects: up to 15 bytes without pointers. Several of them share a block, an object of 16
// bytes.
//
// A block becomes free with the last of its objects. So a span with blocks has a table with one
// word for each of its objects, 0 for those that are not blocks:
//   bits 0 to 15   an object in use begins at that byte
//   bit 16         the block is open: its cache still puts objects into it
//   bits 17 to 31  an object, in use or freed, begins or ends at byte 1 to 15: tells sizes
// The page records of such a span are empty, so that every free in it takes the slow path, which
// checks the table.
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
// Whether no object of the block is in use, and none will be.
constexpr bool is_finished(std::uint32_t block) { return (block & (kTinyStarts | kTinyOpen)) == 0; }
// The size in bytes of the object that begins at `offset`.
unsigned tiny_size(std::uint32_t block, unsigned offset);

// Frees the object at `offset`. Any thread may call it.
enum class TinyFree : std::uint8_t {
  kNone,      // no object in use begins there
  kFreed,     // the block stays
  kFinished,  // it was the last of its block, which the caller must free
};
TinyFree free_tiny(TinyBlock& block, unsigned offset);

// The tables of all spans with tiny blocks. Thread safe.
class TinyTables {
 public:
  void init(const Platform& platform, PersistentAlloc& memory);

  // Returns a table of zeroes, or null if there is no memory.
  TinyBlock* alloc();
  void free(TinyBlock* table);

  Mutex& lock() { return lock_; }

 private:
  const Platform* platform_ = nullptr;
  Mutex lock_;
  FixedAlloc tables_;
};

}  // namespace Atoll::objects
