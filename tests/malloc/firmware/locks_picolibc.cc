#include <sys/lock.h>

#include "tests/malloc/firmware/locks.h"

// The library's own functions are in one object, so a program that has one of them has them all.
struct __lock {
  unsigned taken;
  unsigned held;
};

struct __lock __lock___libc_recursive_mutex = {0, 0};

extern "C" {

void __retarget_lock_acquire_recursive(_LOCK_T lock) {
  ++lock->taken;
  ++lock->held;
}
void __retarget_lock_release_recursive(_LOCK_T lock) { --lock->held; }
int __retarget_lock_try_acquire_recursive(_LOCK_T lock) {
  __retarget_lock_acquire_recursive(lock);
  return 1;
}
void __retarget_lock_acquire(_LOCK_T lock) { __retarget_lock_acquire_recursive(lock); }
void __retarget_lock_release(_LOCK_T lock) { __retarget_lock_release_recursive(lock); }
int __retarget_lock_try_acquire(_LOCK_T lock) {
  return __retarget_lock_try_acquire_recursive(lock);
}
void __retarget_lock_init(_LOCK_T*) {}
void __retarget_lock_init_recursive(_LOCK_T*) {}
void __retarget_lock_close(_LOCK_T) {}
void __retarget_lock_close_recursive(_LOCK_T) {}

}  // extern "C"

namespace Atoll::test {

unsigned locks_taken() { return __lock___libc_recursive_mutex.taken; }
unsigned locks_held() { return __lock___libc_recursive_mutex.held; }

const bool kReallocToNothingIsABlock = false;

}  // namespace Atoll::test
