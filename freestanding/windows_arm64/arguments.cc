#include "freestanding/windows_arm64/arguments.h"

namespace Atoll::freestanding {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void ArgumentList::parse(const char* line) {
  // Each argument takes at most as much as its part of the line, and its end.
  char* out = text_;
  char* const end = text_ + kRoom - 1;
  for (;;) {
    while (is_blank(*line)) ++line;
    if (*line == '\0' || static_cast<std::size_t>(count_) == kMost) break;
    list_[count_++] = out;
    bool quoted = false;
    for (; *line != '\0' && (quoted || !is_blank(*line)); ++line) {
      std::size_t backslashes = 0;
      while (line[backslashes] == '\\') ++backslashes;
      const bool before_quote = line[backslashes] == '"';
      line += backslashes;
      for (std::size_t i = before_quote ? backslashes / 2 : backslashes; i != 0 && out < end; --i) {
        *out++ = '\\';
      }
      if (before_quote && backslashes % 2 == 0) {
        quoted = !quoted;
      } else if (*line == '\0' || (!quoted && is_blank(*line))) {
        break;
      } else if (out < end) {
        *out++ = *line;
      }
    }
    if (out < end) *out++ = '\0';
  }
}

}  // namespace Atoll::freestanding
