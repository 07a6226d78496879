// The bytes with which tests fill objects. Each object's bytes differ from those of all others.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/heap/request.h"

namespace Atoll::test {

// Tests fill larger objects at both ends, and write a word at intervals in between, so that they
// touch every page.
inline constexpr std::size_t kFilledWhole = 16384;
inline constexpr std::size_t kFilledEnds = 4096;
inline constexpr std::size_t kFilledEvery = 2048;

inline std::uint64_t pattern_word(std::uint64_t pattern, std::size_t offset) {
  return (pattern + offset) * 0x9e3779b97f4a7c15;
}

// Calls `piece(offset, length)` for the filled parts of an object; offsets are multiples of 8.
// Stops and returns false as soon as a piece does.
template <typename Piece>
bool for_each_filled(std::size_t size, Piece piece) {
  if (size <= kFilledWhole) return piece(std::size_t{0}, size);
  if (!piece(std::size_t{0}, kFilledEnds)) return false;
  const std::size_t tail = (size - kFilledEnds) / 8 * 8;
  for (std::size_t offset = kFilledEnds; offset < tail; offset += kFilledEvery) {
    if (!piece(offset, std::size_t{8})) return false;
  }
  return piece(tail, size - tail);
}

inline void fill(std::byte* bytes, std::size_t size, std::uint64_t pattern) {
  for_each_filled(size, [=](std::size_t offset, std::size_t length) {
    const std::size_t end = offset + length;
    for (; offset + 8 <= end; offset += 8) {
      const std::uint64_t word = pattern_word(pattern, offset);
      std::memcpy(bytes + offset, &word, 8);
    }
    const std::uint64_t word = pattern_word(pattern, offset);
    std::memcpy(bytes + offset, &word, end - offset);
    return true;
  });
}

// Returns the offset of the first of the leading `size` bytes that differs from what fill() wrote
// with `filled_size`, or `size`.
inline std::size_t first_change(const std::byte* bytes, std::size_t size, std::size_t filled_size,
                                std::uint64_t pattern) {
  std::size_t changed = size;
  for_each_filled(filled_size, [&](std::size_t offset, std::size_t length) {
    const std::size_t end = std::min(offset + length, size);
    for (; offset < end; offset += 8) {
      const std::uint64_t word = pattern_word(pattern, offset);
      const std::size_t count = end - offset < 8 ? end - offset : 8;
      std::uint64_t found = word;
      if (count == 8) {
        std::memcpy(&found, bytes + offset, 8);
      } else {
        std::memcpy(&found, bytes + offset, count);
      }
      if (found == word) continue;
      std::array<std::byte, 8> expected{};
      std::memcpy(expected.data(), &word, 8);
      changed = offset;
      while (bytes[changed] == expected[changed - offset]) ++changed;
      return false;
    }
    return true;
  });
  return changed;
}

// Returns the offset of the first byte that is not zero, or `size`.
inline std::size_t first_not_zero(const std::byte* bytes, std::size_t size) {
  if (size == 0) return 0;
  // Checks that each byte equals the one before: the C library compares faster than unoptimised
  // tests.
  if (bytes[0] == std::byte{0} && std::memcmp(bytes, bytes + 1, size - 1) == 0) return size;
  std::size_t offset = 0;
  while (bytes[offset] == std::byte{0}) ++offset;
  return offset;
}

}  // namespace Atoll::test
