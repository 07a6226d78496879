#include "src/malloc/environment.h"

#include <cstdlib>

namespace Atoll {

std::string_view environment(const char* name) {
#if defined(__GLIBC__)
  const char* const value = ::secure_getenv(name);
#else
  const char* const value = std::getenv(name);
#endif
  return value != nullptr ? value : std::string_view();
}

}  // namespace Atoll
