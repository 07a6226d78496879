// The results of `atoll verify --all` as one page of HTML that needs no network and no script.
#pragma once

#include <span>
#include <string>

#include "tools/atoll/target_result.h"

namespace Atoll::tool {

// The page has a picture of the addresses on each target, a table with all checks, and what changed
// between the releases of each port.
std::string verify_page(std::span<const TargetResult> results);

}  // namespace Atoll::tool
