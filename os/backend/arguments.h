// Cuts the command line that semihosting gives a program into the arguments of main(). For any
// processor.
#pragma once

#include <array>
#include <cstddef>

namespace Atoll::os {

// The longest command line of a program that begins without an operating system, with its zero.
using CommandLine = std::array<char, 1024>;

// The words of a line, as far as there is room for them.
class Arguments {
 public:
  // Writes a zero behind each word of `line`, which must outlive this object. Single spaces stand
  // between words, and a zero at the end.
  explicit Arguments(CommandLine& line) {
    for (char* next = line.data(); *next != '\0' && count_ < kMost;) {
      words_[static_cast<std::size_t>(count_++)] = next;
      while (*next != '\0' && *next != ' ') ++next;
      if (*next == ' ') *next++ = '\0';
    }
  }

  int count() const { return count_; }
  char** words() { return words_.data(); }

 private:
  static constexpr int kMost = 31;

  std::array<char*, kMost + 1> words_{};  // a null ends the array
  int count_ = 0;
};

}  // namespace Atoll::os
