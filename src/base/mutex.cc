#include "src/base/mutex.h"

#include "src/policy.h"

namespace Atoll {

void Mutex::lock_slowly(os::Os& os) {
  for (int look = 0; look < policy::kLockLooks; ++look) {
    if (word_.load(std::memory_order_relaxed) == kFree && try_lock()) return;
  }
  // A thread that has slept marks the lock as contended, because others may still sleep: at worst
  // one unpark() wakes nobody.
  while (word_.exchange(kContended, std::memory_order_acquire) != kFree) {
    if (os.is_ending()) return;
    os.park(word_, kContended);
  }
}

}  // namespace Atoll
