// A lock for a moment: who waits tries again and again.
#pragma once

#include <atomic>

#include "freestanding/threads/platform.h"

namespace Atoll::freestanding {

class Lock {
 public:
  constexpr Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() {
    while (!try_lock()) platform_yield();
  }
  bool try_lock() { return !is_held_.exchange(true, std::memory_order_acquire); }
  void unlock() { is_held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> is_held_{false};
};

}  // namespace Atoll::freestanding
