#include "tools/atoll/findings.h"

#include <algorithm>
#include <cstdint>

#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> fields;
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.emplace_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace

void Findings::read(std::string_view line) {
  // Windows programs end their lines with both characters.
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::vector<std::string> fields = split(line);
  if (fields[0] == "value" && fields.size() == 3) values_[fields[1]] = fields[2];
  if (fields[0] == "check" && fields.size() == 4) {
    checks_.push_back({fields[1], fields[2] == "ok", fields[3]});
  }
  if (fields[0] == "fact" && fields.size() == 3) facts_.push_back({fields[1], fields[2]});
  if (fields[0] == "note" && fields.size() == 2) notes_.push_back(fields[1]);
  if (fields[0] == "call" && fields.size() == 2) calls_.push_back(fields[1]);
}

std::optional<std::string> Findings::value(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint64_t> Findings::number(const std::string& key) const {
  const auto text = value(key);
  return text ? parse_number(*text) : std::nullopt;
}

bool Findings::agrees() const {
  return !checks_.empty() &&
         std::all_of(checks_.begin(), checks_.end(), [](const Check& check) { return check.ok; });
}

std::optional<Check> Findings::first_failure() const {
  for (const Check& check : checks_) {
    if (!check.ok) return check;
  }
  return std::nullopt;
}

}  // namespace Atoll::tool
