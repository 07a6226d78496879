// Each of these ends the program, with the name of the error as its last line, except the last, a
// death test, which is left out.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace {

TEST(Deaths, OfRange) {
  const std::vector<int> numbers(3);
  volatile std::size_t index = 3;
  EXPECT_EQ(numbers.at(index), 0);
}

TEST(Deaths, OfLength) {
  volatile std::size_t size = SIZE_MAX;
  EXPECT_EQ(std::string(size, 'x'), "");
}

TEST(Deaths, OfMemory) {
  volatile std::size_t size = SIZE_MAX / 4;
  EXPECT_EQ(std::vector<char>(size).size(), 0U);
}

TEST(Deaths, OfAbort) { std::abort(); }

TEST(DeathTests, AreLeftOut) { EXPECT_DEATH(std::abort(), "") << "anything"; }

}  // namespace
