// What a fuzzer is: a function that does what an input says, and returns what was wrong, or
// nothing. fuzz_target() in fuzz.bzl makes a program of libFuzzer's of it, and a test that replays
// inputs.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace Atoll::test {

using FuzzInput = std::span<const std::uint8_t>;

std::string fuzz(FuzzInput input);

// Takes the first byte of the input; 0 at its end.
inline std::uint8_t take_byte(FuzzInput& input) {
  if (input.empty()) return 0;
  const std::uint8_t byte = input.front();
  input = input.subspan(1);
  return byte;
}

}  // namespace Atoll::test
