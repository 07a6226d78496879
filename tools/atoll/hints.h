// The addresses a heap asks for, in order.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_hints_command();

}  // namespace Atoll::tool
