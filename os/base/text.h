// Builds a line of text in a buffer of fixed size, for code that may not allocate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "os/base/address.h"

namespace Atoll {

// Text that does not fit is cut off.
template <std::size_t kCapacity>
class Text {
 public:
  std::string_view view() const { return {characters_.data(), size_}; }
  void clear() { size_ = 0; }

  Text& operator<<(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  Text& operator<<(Address address) {
    *this << "0x";
    return number(address.value(), 16);
  }
  Text& operator<<(std::uint64_t value) { return number(value, 10); }

  // "64 MiB", "1 GiB", "4097 B": the largest unit that keeps the number whole.
  Text& size(std::uint64_t bytes) {
    static constexpr std::array<std::string_view, 7> kUnits = {" B",   " KiB", " MiB", " GiB",
                                                               " TiB", " PiB", " EiB"};
    std::size_t unit = 0;
    for (; bytes != 0 && bytes % 1024 == 0 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
    return *this << bytes << kUnits[unit];
  }

 private:
  void put(char c) {
    if (size_ < kCapacity) characters_[size_++] = c;
  }

  Text& number(std::uint64_t value, unsigned base) {
    std::array<char, 20> digits;
    std::size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (count != 0) put(digits[--count]);
    return *this;
  }

  std::array<char, kCapacity> characters_;
  std::size_t size_ = 0;
};

using Line = Text<256>;

}  // namespace Atoll
