// A lock of one word. A thread that finds it taken spins for a moment and then sleeps in the
// operating system.
//
// Not recursive. Threads take a heap's locks in the order of src/README.md.
//
// At the very end of a process (Os::is_ending()) the thread that holds a lock may be gone. Then
// lock() does not wait but returns as if it had the lock, and the data that the lock guards may be
// half changed.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/os.h"

namespace Atoll {

class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock(os::Os& os) {
    std::uint32_t free = kFree;
    if (word_.compare_exchange_strong(free, kHeld, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
      return;
    }
    lock_slowly(os);
  }
  bool try_lock() {
    std::uint32_t free = kFree;
    return word_.compare_exchange_strong(free, kHeld, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }
  void unlock(os::Os& os) {
    if (word_.exchange(kFree, std::memory_order_release) == kContended) os.unpark(word_, 1);
  }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kHeld = 1;
  static constexpr std::uint32_t kContended = 2;  // held, and somebody may sleep

  void lock_slowly(os::Os& os);

  std::atomic<std::uint32_t> word_{kFree};
};

class LockGuard {
 public:
  LockGuard(Mutex& mutex, os::Os& os) : mutex_(mutex), os_(os) { mutex_.lock(os_); }
  ~LockGuard() { mutex_.unlock(os_); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Mutex& mutex_;
  os::Os& os_;
};

}  // namespace Atoll
