// Describes a set of ports in few words.
#pragma once

#include <span>
#include <string>

#include "src/port/ports.h"

namespace Atoll::tool {

// "all 41 ports", "all 64-bit ports but js/wasm", "windows/*", "linux/{386,arm}", of the ports in
// `all`. Both lists are in alphabetical order, and every port of `group` is in `all`.
std::string describe_group(std::span<const port::Port> group, std::span<const port::Port> all);

}  // namespace Atoll::tool
