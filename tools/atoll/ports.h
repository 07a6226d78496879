// All ports, or one.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_ports_command();
std::unique_ptr<Command> make_port_command();

}  // namespace Atoll::tool
