// For platforms where processes do not fork, or fork by a call of the system that runs no handlers.

#include "src/malloc/watch_process.h"

namespace Atoll {

void watch_process() {}
std::uint32_t process_number() { return 0; }

}  // namespace Atoll
