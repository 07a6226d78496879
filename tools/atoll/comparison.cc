#include "tools/atoll/comparison.h"

#include <fmt/format.h>

namespace Atoll::tool {

Json check_list(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.why}});
  }
  return list;
}

Table check_table(const std::vector<Check>& checks) {
  Table table{{{"check"}, {"result"}, {"what was seen"}}, {}};
  for (const Check& check : checks) {
    table.rows.push_back({check.name, check.ok ? "ok" : "FAIL", check.why});
  }
  return table;
}

Section call_section(std::string_view title, const std::vector<std::string>& calls,
                     std::string_view who, bool agrees) {
  Section section{std::string(title), {{{"call"}}, {}}, {}};
  for (const std::string& call : calls) section.table.rows.push_back({call});
  section.notes.push_back(fmt::format("Verdict: {} {} with the port model.", who,
                                      agrees ? "agrees" : "does NOT agree"));
  return section;
}

}  // namespace Atoll::tool
