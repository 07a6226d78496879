#include "src/malloc/environment.h"

#include <sys/auxv.h>

#include <cstdlib>

namespace Atoll {

std::string_view environment(const char* name) {
  if (::getauxval(AT_SECURE) != 0) return {};
  const char* const value = std::getenv(name);
  return value != nullptr ? value : std::string_view();
}

}  // namespace Atoll
