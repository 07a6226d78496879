#include "tools/atoll/port_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "tools/atoll/port_choice.h"

namespace Atoll::tool {
namespace {

using port::Port;

// More exceptions than this are harder to read than the list.
constexpr std::size_t kMaxExceptions = 4;

bool holds(std::span<const Port> ports, const Port& wanted) {
  return std::ranges::any_of(ports, [&](const Port& port) {
    return port.goos == wanted.goos && port.goarch == wanted.goarch;
  });
}

std::vector<Port> of_system(std::span<const Port> ports, port::Goos goos) {
  std::vector<Port> result;
  std::ranges::copy_if(ports, std::back_inserter(result),
                       [goos](const Port& port) { return port.goos == goos; });
  return result;
}

std::string one_system(std::span<const Port> group, std::span<const Port> all) {
  if (group.size() == 1) return port_name(group.front());
  if (group.size() == all.size()) return fmt::format("{}/*", name(group.front().goos));
  std::string processors;
  for (const Port& port : group) {
    if (!processors.empty()) processors += ',';
    processors += name(port.goarch);
  }
  return fmt::format("{}/{{{}}}", name(group.front().goos), processors);
}

std::string by_system(std::span<const Port> group, std::span<const Port> all) {
  std::string text;
  for (const port::Goos goos : port::kAllGoos) {
    const std::vector<Port> ports = of_system(group, goos);
    if (ports.empty()) continue;
    if (!text.empty()) text += ' ';
    text += one_system(ports, of_system(all, goos));
  }
  return text;
}

std::vector<Port> with_pointers_of(std::span<const Port> ports, unsigned bytes) {
  std::vector<Port> result;
  std::ranges::copy_if(ports, std::back_inserter(result),
                       [bytes](const Port& port) { return pointer_size(port.goarch) == bytes; });
  return result;
}

// The group as `whole` less a few, if that is what it is.
std::optional<std::string> nearly_all(std::span<const Port> group, std::span<const Port> whole,
                                      std::string_view name_of_whole) {
  if (!std::ranges::all_of(group, [&](const Port& port) { return holds(whole, port); })) {
    return std::nullopt;
  }
  std::vector<Port> others;
  std::ranges::copy_if(whole, std::back_inserter(others),
                       [&](const Port& port) { return !holds(group, port); });
  if (others.empty()) return std::string(name_of_whole);
  if (others.size() > kMaxExceptions || group.size() <= 2 * others.size()) return std::nullopt;
  return fmt::format("{} but {}", name_of_whole, by_system(others, whole));
}

}  // namespace

std::string describe_group(std::span<const Port> group, std::span<const Port> all) {
  if (group.size() == 1) return port_name(group.front());
  if (group.size() == all.size()) return fmt::format("all {} ports", all.size());
  const std::vector<Port> large = with_pointers_of(all, 8);
  const std::vector<Port> small = with_pointers_of(all, 4);
  if (const auto text = nearly_all(group, all, "all ports")) return *text;
  if (const auto text = nearly_all(group, large, "all 64-bit ports")) return *text;
  if (const auto text = nearly_all(group, small, "all 32-bit ports")) return *text;
  return by_system(group, all);
}

}  // namespace Atoll::tool
