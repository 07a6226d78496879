// Functions that compilers and headers expect of a runtime and that libSystem does not have.

#include "os/darwin/system.h"
#include "src/malloc/darwin/thread_locals.h"

namespace Atoll::darwin {

extern "C" {

// For code that is compiled with -femulated-tls.
void* emulated_thread_local(ThreadLocal* variable) __asm("___emutls_get_address");
void* emulated_thread_local(ThreadLocal* variable) { return address_of(*variable); }

// newlib's headers define errno by this.
int* newlib_errno() __asm("___errno");
int* newlib_errno() { return os::darwin::errno_place(); }

}  // extern "C"

}  // namespace Atoll::darwin
