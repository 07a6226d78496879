// The inputs that a test replays: a file of tests/fuzz/corpus, compiled in, because not every
// target has files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace Atoll::test {

// Each is a string of hexadecimal digits, two for a byte.
extern const char* const kCorpus[];
extern const std::size_t kCorpusSize;

// The bytes of such a string.
inline std::vector<std::uint8_t> bytes_of(const char* digits) {
  const auto value_of = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::vector<std::uint8_t> bytes;
  for (; digits[0] != '\0'; digits += 2) {
    bytes.push_back(static_cast<std::uint8_t>(value_of(digits[0]) << 4 | value_of(digits[1])));
  }
  return bytes;
}

}  // namespace Atoll::test
