// Reads numbers in text.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace Atoll {

// The number that `text` is in decimal digits. Nothing if `text` has anything else, or the number
// is more than `most`.
constexpr std::optional<std::uint64_t> parse_decimal(
    std::string_view text, std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (digit > most || value > (most - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace Atoll
