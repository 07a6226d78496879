// A command line of Windows, which is one text, as a program's arguments.
#pragma once

#include <cstddef>

namespace Atoll::freestanding {

class ArgumentList {
 public:
  constexpr ArgumentList() = default;

  // By the rules of Microsoft's C runtime, but for "" within quotes: blanks separate; quotes hold
  // together and are dropped; before a quote two backslashes are one, and one makes it an ordinary
  // character. What there is no room for is left out.
  void parse(const char* line);

  int count() const { return count_; }
  char** list() { return list_; }

 private:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kRoom = 8192;

  int count_ = 0;
  char* list_[kMost + 1] = {};
  char text_[kRoom] = {};
};

}  // namespace Atoll::freestanding
