// What an address is on a port.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_explain_command();

}  // namespace Atoll::tool
