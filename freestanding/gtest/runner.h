// What the test that runs now has come to.
#pragma once

#include <string>

namespace testing::internal {

struct Outcome {
  int fatal_failures = 0;
  int nonfatal_failures = 0;
  bool is_skipped = false;

  bool has_failed() const { return fatal_failures + nonfatal_failures != 0; }
};

Outcome& outcome();

// To the console.
void say(const std::string& text);

// Whether a name is selected by --gtest_filter=: patterns with * and ?, separated by colons; those
// behind a minus are left out.
bool matches_filter(const std::string& name, const std::string& filter);

// "1 test", "2 tests".
std::string counted(std::size_t count, const char* what);

}  // namespace testing::internal
