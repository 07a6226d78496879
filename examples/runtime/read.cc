#include <charconv>

#include "examples/runtime/runtime.h"

namespace Lisp {

std::string_view Runtime::take(std::size_t size) {
  const std::string_view taken = source_.substr(0, size);
  source_.remove_prefix(taken.size());
  return taken;
}

bool Runtime::skip_space() {
  take(source_.find_first_not_of(" \t\r\n"));
  return !source_.empty();
}

Value Runtime::read(int levels) {
  if (levels == 0) fail("lists too deep");
  if (!skip_space()) fail("the end is missing");
  if (!error_.empty()) return {};
  const std::string_view word = take(source_.find_first_of(" \t\r\n()\""));
  if (word == "nil") return {};
  if (!word.empty()) {
    std::int64_t integer = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), integer);
    const bool is_integer = problem == std::errc{} && end == word.data() + word.size();
    return is_integer ? Value::of(integer) : symbol(word);
  }
  const char sign = take(1)[0];
  if (sign == '"') {
    const std::string_view text = take(source_.find('"'));
    if (take(1).empty()) fail("the end of a string is missing");
    return make(Kind::kString, {}, text);
  }
  if (sign == ')') fail("a bracket too many");
  Value list;
  for (Value* end = &list; error_.empty() && skip_space() && source_[0] != ')'; end = &(*end)[1]) {
    *end = make(Kind::kPair, {read(levels - 1), Value{}});
  }
  if (take(1).empty()) fail("the end of a list is missing");
  return list;
}

}  // namespace Lisp
