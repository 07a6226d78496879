// What `atoll verify` and `atoll observe` answer alike: the checks of a comparison with the port
// model, and the calls that it is made from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/atoll/check.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

// An array of objects with the keys name, ok and detail.
Json check_list(const std::vector<Check>& checks);

// A row for each check.
Table check_table(const std::vector<Check>& checks);

// The calls, and below them the verdict about `who`, such as "this machine".
Section call_section(std::string_view title, const std::vector<std::string>& calls,
                     std::string_view who, bool agrees);

}  // namespace Atoll::tool
