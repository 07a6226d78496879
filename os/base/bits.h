// Powers of two and rounding.
#pragma once

#include <bit>
#include <cstdint>

namespace Atoll {

constexpr bool is_power_of_two(std::uint64_t n) { return std::has_single_bit(n); }

// `multiple` is a power of two; wraps to 0 past the last multiple.
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
