// The environment of the process.
#pragma once

#include <string_view>

namespace Atoll {

// The value of a variable. Empty if it is not set, or if the process has more rights than its user.
std::string_view environment(const char* name);

}  // namespace Atoll
