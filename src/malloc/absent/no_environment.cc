// Where there is no C library to ask.

#include "src/malloc/environment.h"

namespace Atoll {

std::string_view environment(const char* /*name*/) { return {}; }

}  // namespace Atoll
