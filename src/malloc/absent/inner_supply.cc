// For platforms on which no library can stand in for the system's functions. Only a signal handler
// could make an inner call there, and signal handlers must not allocate.

#include "src/malloc/inner_supply.h"

namespace Atoll::inner_supply {

void* allocate(std::size_t /*size*/, std::size_t /*alignment*/) { return nullptr; }
bool release(void* /*p*/) { return false; }
std::size_t usable_size(const void* /*p*/) { return 0; }

}  // namespace Atoll::inner_supply
