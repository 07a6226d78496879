#include "src/malloc/environment.h"

#include <cstdlib>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

namespace Atoll {

std::string_view environment(const char* name) {
#if defined(__linux__)
  if (::getauxval(AT_SECURE) != 0) return {};
#endif
  const char* const value = std::getenv(name);
  return value != nullptr ? value : std::string_view();
}

}  // namespace Atoll
