// Where processes do not fork, or programs do it by the system's own call.

#include "src/malloc/watch_process.h"

namespace Atoll {

void watch_process() {}
std::uint32_t process_number() { return 0; }

}  // namespace Atoll
