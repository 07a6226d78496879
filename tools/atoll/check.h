// One line of a comparison with the port model.
#pragma once

#include <string>

namespace Atoll::tool {

struct Check {
  std::string name;
  bool ok = false;
  std::string why;
};

}  // namespace Atoll::tool
