// For systems without such facts, or without a C library to ask for them (Android).

#include "tools/probe/kernel.h"

namespace Atoll::probe {

void tell_kernel(Sink /*sink*/, void* /*context*/) {}

}  // namespace Atoll::probe
