#include "os/plan9/native/swap_file.h"

#include <limits>

#include "os/base/bits.h"

namespace Atoll::os::plan9 {
namespace {

std::optional<std::uint64_t> number_in(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9' || number > std::numeric_limits<std::uint32_t>::max()) {
      return std::nullopt;
    }
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

}  // namespace

std::optional<std::uint64_t> page_size_in(std::string_view swap_file) {
  constexpr std::string_view kName = " pagesize";
  while (!swap_file.empty()) {
    const std::size_t end = swap_file.find('\n');
    // The last line may be cut off.
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = swap_file.substr(0, end);
    swap_file.remove_prefix(end + 1);
    if (!line.ends_with(kName)) continue;
    const auto size = number_in(line.substr(0, line.size() - kName.size()));
    if (size && is_power_of_two(*size)) return size;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace Atoll::os::plan9
