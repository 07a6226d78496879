// For platforms without a C library: there is no environment.

#include "src/malloc/environment.h"

namespace Atoll {

std::string_view environment(const char* /*name*/) { return {}; }

}  // namespace Atoll
