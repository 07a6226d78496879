// Parses files of Linux. It is separate so that tests can supply the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace Atoll::probe {

// The first line, without its end.
constexpr std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// The word in brackets, as in "always [madvise] never"; empty if there is none.
constexpr std::string_view chosen_word(std::string_view text) {
  const std::size_t begin = text.find('[');
  const std::size_t end = text.find(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  return text.substr(begin + 1, end - begin - 1);
}

// The control group of a process, in one of the two generations of control groups.
struct Cgroup {
  bool is_first_generation = false;
  std::string_view path;  // begins with '/'; empty: not told
};

// `text` is the contents of /proc/self/cgroup: lines NUMBER:CONTROLLERS:PATH. If the memory
// controller has a hierarchy of its own, the group is of the first generation.
constexpr Cgroup memory_cgroup(std::string_view text) {
  Cgroup second;
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t colon = line.find(':', first + 1);
    if (colon == std::string_view::npos) continue;
    std::string_view controllers = line.substr(first + 1, colon - first - 1);
    const std::string_view path = line.substr(colon + 1);
    if (controllers.empty()) second.path = path;
    while (!controllers.empty()) {
      const std::string_view name = controllers.substr(0, controllers.find(','));
      if (name == "memory") return {.is_first_generation = true, .path = path};
      controllers.remove_prefix(name.size() == controllers.size() ? name.size() : name.size() + 1);
    }
  }
  return second;
}

}  // namespace Atoll::probe
