// Where nothing is known to ask, or no C library to ask it with (Android).

#include "tools/probe/kernel.h"

namespace Atoll::probe {

void tell_kernel(Sink /*sink*/, void* /*context*/) {}

}  // namespace Atoll::probe
