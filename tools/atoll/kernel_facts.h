// Facts about the kernel (tools/probe/kernel.h), for programs and for people.
#pragma once

#include <vector>

#include "tools/atoll/findings.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

// One object. A value is a number, true, false, null if it is not known, or else text.
Json kernel_json(const std::vector<Fact>& facts);

Section kernel_section(const std::vector<Fact>& facts);

}  // namespace Atoll::tool
