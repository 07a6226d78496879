// Memory for a fixed heap, with a brim on both sides that nobody may write to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace Atoll::test {

inline constexpr std::size_t kMostSize = SIZE_MAX;

class Buffer {
 public:
  // `size` bytes, rounded down to 8, at a multiple of 8.
  explicit Buffer(std::size_t size) : words_(size / 8 + 2 * kBrim, kPattern) {}

  std::byte* begin() { return reinterpret_cast<std::byte*>(words_.data() + kBrim); }
  std::byte* end() { return begin() + size(); }
  std::size_t size() const { return (words_.size() - 2 * kBrim) * 8; }
  bool holds(const void* p) {
    const auto* const byte = static_cast<const std::byte*>(p);
    return byte >= begin() && byte < end();
  }

  bool is_brim_untouched() const {
    for (std::size_t k = 0; k < kBrim; ++k) {
      if (words_[k] != kPattern || words_[words_.size() - 1 - k] != kPattern) return false;
    }
    return true;
  }
  // No byte was ever written.
  bool is_untouched() const {
    for (const std::uint64_t word : words_) {
      if (word != kPattern) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kBrim = 8;
  static constexpr std::uint64_t kPattern = 0xbadbeefbadbeef00;

  std::vector<std::uint64_t> words_;
};

}  // namespace Atoll::test
