// Replays what a fuzzer has found, without a fuzzer.
#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/fuzz.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

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
