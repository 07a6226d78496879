// Powers of two and rounding.
#pragma once

#include <cstdint>

namespace Atoll {

// std::has_single_bit() would be a call on targets whose processors may lack an instruction to
// count bits.
constexpr bool is_power_of_two(std::uint64_t n) { return n != 0 && (n & (n - 1)) == 0; }

// `multiple` is a power of two. The result wraps to 0 past the last multiple.
constexpr std::uint64_t round_up(std::uint64_t n, std::uint64_t multiple) {
  return (n + multiple - 1) & ~(multiple - 1);
}

constexpr std::uint64_t round_down(std::uint64_t n, std::uint64_t multiple) {
  return n & ~(multiple - 1);
}

constexpr bool is_multiple_of(std::uint64_t n, std::uint64_t multiple) {
  return (n & (multiple - 1)) == 0;
}

}  // namespace Atoll
