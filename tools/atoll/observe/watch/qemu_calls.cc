#include "tools/atoll/observe/watch/qemu_calls.h"

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace Atoll::observe {
namespace {

// "NULL", "0x..." or decimal; 0 for anything else.
std::uint64_t number_of(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t comma = text.find(',');
    words.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    text.remove_prefix(comma + 1);
  }
}

// "13150 name(arguments) = result".
struct Line {
  std::string_view name;
  std::vector<std::string_view> arguments;
  std::string_view result;
};

std::optional<Line> split_line(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(") = ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const std::string_view before = text.substr(0, open);
  Line line;
  line.name = before.substr(before.rfind(' ') + 1);
  line.arguments = split(text.substr(open + 1, close - open - 1));
  line.result = text.substr(close + 4);
  return line;
}

bool has(std::string_view flags, std::string_view flag) {
  return flags.find(flag) != std::string_view::npos;
}

// "-1 errno=12 (Cannot allocate memory)".
void take_result(std::string_view result, Call& call) {
  if (!result.starts_with("-1 ")) {
    call.result = number_of(result);
    return;
  }
  call.error = result.substr(3);
}

std::optional<Call> map_of(const Line& line) {
  if (line.arguments.size() < 4 || !has(line.arguments[3], "MAP_ANON")) return std::nullopt;
  Call call;
  call.address = number_of(line.arguments[0]);
  call.size = number_of(line.arguments[1]);
  call.is_accessible = line.arguments[2] != "PROT_NONE";
  call.is_fixed = has(line.arguments[3], "MAP_FIXED");
  take_result(line.result, call);
  return call;
}

std::optional<Call> thread_of(const Line& line) {
  if (!has(line.arguments.front(), "CLONE_THREAD")) return std::nullopt;
  constexpr std::string_view kStack = "child_stack=";
  Call call;
  call.kind = CallKind::kThread;
  for (const std::string_view argument : line.arguments) {
    if (argument.starts_with(kStack)) call.address = number_of(argument.substr(kStack.size()));
  }
  return call;
}

std::optional<Call> call_of(const Line& line) {
  if (line.name == "mmap" || line.name == "mmap2") return map_of(line);
  if (line.name == "clone") return thread_of(line);
  Call call;
  call.address = number_of(line.arguments.front());
  if (line.name == "brk") {
    call.kind = CallKind::kBreak;
  } else if (line.name == "munmap" && line.arguments.size() == 2) {
    call.kind = CallKind::kUnmap;
    call.size = number_of(line.arguments[1]);
  } else {
    return std::nullopt;
  }
  take_result(line.result, call);
  return call;
}

}  // namespace

Watched read_qemu_calls(std::istream& log) {
  Watched watched;
  std::string text;
  while (!watched.heap_stands && std::getline(log, text)) {
    const auto line = split_line(text);
    if (!line) continue;
    const auto call = call_of(*line);
    if (!call) continue;
    watched.calls.push_back(*call);
    watched.heap_stands = call->kind == CallKind::kThread;
  }
  if (watched.heap_stands) watched.ending = Ending::kHeapStands;
  return watched;
}

}  // namespace Atoll::observe
