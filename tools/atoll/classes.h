// The size classes of a release.
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_classes_command();

}  // namespace Atoll::tool
