// What the fuzzer `identify` does, with its whole corpus, and with every program cut off and spoilt
// at each byte, under sanitizers.
#include "tests/fuzz/executables/programs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/fuzz.h"

namespace Atoll::fuzz {
namespace {

std::set<std::string> corpus() {
  std::set<std::string> inputs;
  for (std::size_t i = 0; i < test::kCorpusSize; ++i) {
    const std::vector<std::uint8_t> bytes = test::bytes_of(test::kCorpus[i]);
    inputs.emplace(bytes.begin(), bytes.end());
  }
  return inputs;
}

std::string line_of(const Named& program) {
  std::string digits;
  for (const char byte : program.bytes) {
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return fmt::format("\"{}\",  // {}", digits, program.name);
}

void try_input(const std::string& bytes) {
  // A copy of just this size, so that the sanitizer sees what is read behind its end.
  const std::vector<std::uint8_t> data(bytes.begin(), bytes.end());
  EXPECT_EQ(test::fuzz(data), "");
}

TEST(Corpus, HasEveryKindOfProgram) {
  const std::set<std::string> inputs = corpus();
  for (const Named& program : all_programs()) {
    EXPECT_TRUE(inputs.contains(program.bytes))
        << "tests/fuzz/corpus/identify.inc lacks this line:\n"
        << line_of(program);
  }
}

TEST(Corpus, DoesNoHarm) {
  for (const std::string& input : corpus()) try_input(input);
}

TEST(Programs, DoNoHarmWhenTheyAreCutOff) {
  for (const Named& program : all_programs()) {
    for (std::size_t size = 0; size < program.bytes.size(); ++size) {
      try_input(program.bytes.substr(0, size));
    }
  }
}

TEST(Programs, DoNoHarmWithAnyByteSpoilt) {
  for (const Named& program : all_programs()) {
    for (std::size_t at = 0; at < program.bytes.size(); ++at) {
      for (const char value : {'\0', '\x7f', '\xff'}) {
        std::string bytes = program.bytes;
        bytes[at] = value;
        try_input(bytes);
      }
    }
  }
}

}  // namespace
}  // namespace Atoll::fuzz
