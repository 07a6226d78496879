// The command that says which port and release of Go an executable file is for.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_observe_command();

}  // namespace Atoll::tool
