// How much memory a recorded trace needs on the heap for firmware.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_size_command();

}  // namespace Atoll::tool
