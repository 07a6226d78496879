// The findings of a probe, read from its lines (tools/probe/probe.h describes them).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/atoll/check.h"  // IWYU pragma: export

namespace Atoll::tool {

// A fact about the kernel.
struct Fact {
  std::string key;
  std::string value;
};

class Findings {
 public:
  // Skips lines of other kinds, such as an emulator's own.
  void read(std::string_view line);

  const std::vector<Check>& checks() const { return checks_; }
  const std::vector<Fact>& facts() const { return facts_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& calls() const { return calls_; }

  std::optional<std::string> value(const std::string& key) const;
  // The same for a value that is a decimal number.
  std::optional<std::uint64_t> number(const std::string& key) const;

  // Whether there is a check, and all checks agree.
  bool agrees() const;
  std::optional<Check> first_failure() const;

 private:
  std::map<std::string, std::string> values_;
  std::vector<Check> checks_;
  std::vector<Fact> facts_;
  std::vector<std::string> notes_;
  std::vector<std::string> calls_;
};

}  // namespace Atoll::tool
