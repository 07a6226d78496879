// Where nothing can come between a program and its system: there are no inner calls, but of signal
// handlers, which may not allocate.

#include "src/malloc/inner_supply.h"

namespace Atoll::inner_supply {

void* allocate(std::size_t /*size*/, std::size_t /*alignment*/) { return nullptr; }
bool release(void* /*p*/) { return false; }
std::size_t usable_size(const void* /*p*/) { return 0; }

}  // namespace Atoll::inner_supply
