// Numbers and names as text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace Atoll::tool {

// "0xc000000000".
std::string hex(std::uint64_t value);

// The number that the whole text is; nothing if it is no number or too large.
std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10);

// The same for "0xc000000000"; nothing without the "0x".
std::optional<std::uint64_t> parse_hex(std::string_view text);

// "64 MiB" if that is exact, else the plain number.
std::string human_bytes(std::uint64_t bytes);

// "12.49 %".
std::string percent(double ratio);

// "a", "a and b", "a, b and c".
std::string enumerate(std::span<const std::string> words, std::string_view conjunction = "and");

// The known word that `text` is probably a misspelling of.
std::optional<std::string> closest(std::string_view text, std::span<const std::string> known);

// " (did you mean WORD?)", or nothing.
std::string did_you_mean(std::string_view text, std::span<const std::string> known);

// Breaks text at spaces so that no line is longer than `width`, if its words allow.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace Atoll::tool
