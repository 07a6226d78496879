// Where a probe's lines go.
#pragma once

#include <string_view>

namespace Atoll::probe {

// Takes one line, without its end.
using Sink = void (*)(void* context, std::string_view line);

}  // namespace Atoll::probe
