// What a probe found out, read from its lines (tools/probe/probe.h says what they are).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace Atoll::tool {

struct Check {
  std::string name;
  bool ok = false;
  std::string why;
};

// What the kernel says of itself.
struct Fact {
  std::string key;
  std::string value;
};

class Findings {
 public:
  // Lines of other kinds, such as an emulator's own, are passed over.
  void read(std::string_view line);

  const std::vector<Check>& checks() const { return checks_; }
  const std::vector<Fact>& facts() const { return facts_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& calls() const { return calls_; }

  std::optional<std::string> value(const std::string& key) const;
  // Of a value that is a decimal number.
  std::optional<std::uint64_t> number(const std::string& key) const;

  // At least one check, and all of them agree.
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
