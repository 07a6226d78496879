#include "tools/atoll/kernel_facts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "os/base/decimal.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

enum class Unit : std::uint8_t { kNone, kBytes };

struct Question {
  std::string_view key;
  std::string_view text;
  Unit unit = Unit::kNone;
};

constexpr std::array<Question, 10> kQuestions = {{
    {"kernelRelease", "release"},
    {"movesSeveralMappings", "one mremap() moves several mappings"},
    {"transparentHugePages", "transparent huge pages"},
    {"hugePageSize", "size of a huge page", Unit::kBytes},
    {"overcommitMemory", "vm.overcommit_memory"},
    {"maxMapCount", "vm.max_map_count"},
    {"limitAddressSpace", "limit of address space (ulimit -v)", Unit::kBytes},
    {"limitData", "limit of data (ulimit -d)", Unit::kBytes},
    {"limitLockedMemory", "limit of locked memory (ulimit -l)", Unit::kBytes},
    {"cgroupMemoryMax", "limit of memory of the control group", Unit::kBytes},
}};

Question question_of(const Fact& fact) {
  const auto* const found = std::ranges::find(kQuestions, fact.key, &Question::key);
  return found == kQuestions.end() ? Question{fact.key, fact.key} : *found;
}

std::string answer_of(const Fact& fact, Unit unit) {
  if (fact.value == "?") return "not known";
  const auto number = parse_decimal(fact.value);
  return number && unit == Unit::kBytes ? human_bytes(*number) : fact.value;
}

Json json_of(const std::string& value) {
  if (value == "?") return nullptr;
  if (value == "yes" || value == "no") return value == "yes";
  if (const auto number = parse_decimal(value)) return *number;
  return value;
}

}  // namespace

Json kernel_json(const std::vector<Fact>& facts) {
  Json object = Json::object();
  for (const Fact& fact : facts) object[fact.key] = json_of(fact.value);
  return object;
}

Section kernel_section(const std::vector<Fact>& facts) {
  Section section{
      "Facts about the kernel (not part of the verdict)", {{{"what"}, {"answer"}}, {}}, {}};
  for (const Fact& fact : facts) {
    const Question question = question_of(fact);
    section.table.rows.push_back({std::string(question.text), answer_of(fact, question.unit)});
  }
  return section;
}

}  // namespace Atoll::tool
