// glibc's pthread_atfork() calls this. The heap's handlers must be registered before all others:
// handlers that are registered later run while the heap's locks are free, so they may allocate, or
// wait for threads that do. Therefore the first registration starts the heap, if it comes before
// the first malloc().

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
  // It looks the function up each time, because registrations are few. It is the C library's, or
  // that of another library in front of it.
  auto* const next = reinterpret_cast<Register*>(::dlsym(RTLD_NEXT, "__register_atfork"));
  return next != nullptr ? next(prepare, parent, child, object) : ENOSYS;
}
