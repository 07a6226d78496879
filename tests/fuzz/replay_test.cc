// Replays what a fuzzer has found, without a fuzzer.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/fuzz.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

std::uint8_t value_of(char digit) {
  return static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

std::vector<std::uint8_t> bytes_of(const char* digits) {
  std::vector<std::uint8_t> bytes;
  for (; digits[0] != '\0'; digits += 2) {
    bytes.push_back(static_cast<std::uint8_t>(value_of(digits[0]) << 4 | value_of(digits[1])));
  }
  return bytes;
}

// Emulators take some of the inputs, and those found last are in front.
constexpr std::size_t kEmulated = 40;

TEST(Corpus, IsWithstood) {
  ASSERT_GT(kCorpusSize, 0U);
  for (std::size_t k = 0; k < kCorpusSize && (!kIsEmulated || k < kEmulated); ++k) {
    ASSERT_EQ(fuzz(bytes_of(kCorpus[k])), "") << "input " << k << ": " << kCorpus[k];
  }
}

TEST(Corpus, MayBeEmpty) { EXPECT_EQ(fuzz({}), ""); }

}  // namespace
}  // namespace Atoll::test
