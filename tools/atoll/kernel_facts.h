// What the kernel says of itself (tools/probe/kernel.h), for programs and for people.
#pragma once

#include <vector>

#include "tools/atoll/findings.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

// One object: numbers, true and false, and null for what is not known; else text.
Json kernel_json(const std::vector<Fact>& facts);

Section kernel_section(const std::vector<Fact>& facts);

}  // namespace Atoll::tool
