// What pthread_atfork() leads to, in glibc. The heap's functions must be registered before
// anybody's: functions that are registered later run while the heap's locks are free, whatever they
// allocate or wait for. So the first registration, if it comes before the first malloc(), starts
// the heap.

#include <dlfcn.h>

#include <cerrno>

#include "src/malloc/process_heap.h"

#define ATOLL_EXPORT extern "C" [[gnu::visibility("default")]]

namespace {

using Function = void (*)();
using Register = int(Function prepare, Function parent, Function child, void* object);

}  // namespace

// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
ATOLL_EXPORT int __register_atfork(Function prepare, Function parent, Function child,
                                   void* object) noexcept {
  (void)Atoll::process_heap();
  // Found anew each time, as registrations are few: the C library's, or another library's in front
  // of it.
  auto* const next = reinterpret_cast<Register*>(::dlsym(RTLD_NEXT, "__register_atfork"));
  return next != nullptr ? next(prepare, parent, child, object) : ENOSYS;
}
