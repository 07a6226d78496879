// The end of a program that cannot go on.
#pragma once

#include <string_view>

namespace Atoll::freestanding {

// Writes "name: detail" and ends the program as abort() does.
[[noreturn]] void die(std::string_view name, std::string_view detail = {});

}  // namespace Atoll::freestanding
