// The command that starts a real heap and compares what happens with the port model.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_verify_command();

}  // namespace Atoll::tool
