// A block of memory as programs use it: written to, and found unchanged later.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace Atoll::bench {

// Ends the program with a message.
[[noreturn]] void fail(const char* what);

// Here the compiler must have done all writes, and can assume nothing about later reads.
inline void keep(const void* p) { asm volatile("" : : "r"(p) : "memory"); }

struct Block {
  char* data = nullptr;
  std::size_t size = 0;
};

// A block bears its mark in the first word of each page and in its last byte. Another block's mark
// is another, so that blocks that overlap are found.
inline std::uint64_t mark_of(Block block) {
  // Turned, so that the top byte, which is the last byte's mark, differs between neighbours. Where
  // a block ends with its page's first word, both say the same.
  return std::rotl(reinterpret_cast<std::uintptr_t>(block.data) ^ block.size, 52);
}

inline constexpr std::size_t kMarkDistance = 4096;

inline void write_marks(Block block) {
  const std::uint64_t mark = mark_of(block);
  for (std::size_t at = 0; at + sizeof(mark) <= block.size; at += kMarkDistance) {
    std::memcpy(block.data + at, &mark, sizeof(mark));
  }
  block.data[block.size - 1] = static_cast<char>(mark >> 56);
  keep(block.data);
}

inline void check_marks(Block block) {
  const std::uint64_t mark = mark_of(block);
  keep(block.data);
  bool same = block.data[block.size - 1] == static_cast<char>(mark >> 56);
  for (std::size_t at = 0; at + sizeof(mark) <= block.size; at += kMarkDistance) {
    std::uint64_t found = 0;
    std::memcpy(&found, block.data + at, sizeof(found));
    same &= found == mark;
  }
  if (!same) fail("a block changed while it was in use");
}

inline Block allocate(std::size_t size) {
  const Block block = {.data = static_cast<char*>(std::malloc(size)), .size = size};
  if (block.data == nullptr) fail("out of memory");
  write_marks(block);
  return block;
}

inline void release(Block block) {
  check_marks(block);
  std::free(block.data);
}

}  // namespace Atoll::bench
