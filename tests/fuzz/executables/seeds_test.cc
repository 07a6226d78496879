// The fuzzer's harness with every seed, and with every seed cut off and spoilt at each byte, under
// sanitizers.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/fuzz/executables/programs.h"
#include "tools/atoll/observe/identify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace Atoll::fuzz {
namespace {

std::map<std::string, std::string> seeds() {
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("tests/fuzz/executables/seeds")) {
    std::ifstream file(entry.path(), std::ios::binary);
    found[entry.path().filename()] = {std::istreambuf_iterator<char>(file),
                                      std::istreambuf_iterator<char>()};
  }
  return found;
}

void try_input(const std::string& bytes) {
  // A copy of just this size, so that the sanitizer sees what is read behind its end.
  const std::vector<std::uint8_t> data(bytes.begin(), bytes.end());
  EXPECT_EQ(LLVMFuzzerTestOneInput(data.data(), data.size()), 0);
}

TEST(Seeds, HaveEveryKindOfProgram) {
  const std::map<std::string, std::string> all = seeds();
  for (const Named& program : all_programs()) {
    ASSERT_TRUE(all.contains(program.name)) << program.name;
    EXPECT_TRUE(all.at(program.name) == program.bytes)
        << program.name
        << ": bazel run //tests/fuzz/executables:write_seeds $PWD/tests/fuzz/executables/seeds";
  }
}

TEST(Seeds, DoNoHarm) {
  for (const auto& [name, bytes] : seeds()) try_input(bytes);
}

TEST(Seeds, DoNoHarmWhenTheyAreCutOff) {
  for (const Named& program : all_programs()) {
    for (std::size_t size = 0; size < program.bytes.size(); ++size) {
      try_input(program.bytes.substr(0, size));
    }
  }
}

TEST(Seeds, DoNoHarmWithAnyByteSpoilt) {
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
