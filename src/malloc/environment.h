// What the process was told by its environment.
#pragma once

#include <string_view>

namespace Atoll {

// The value of a variable; empty without it, and where a process has more rights than its user.
std::string_view environment(const char* name);

}  // namespace Atoll
