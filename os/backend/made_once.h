// Something that the first thread that needs it makes for all threads, such as the key by which a
// system calls a thread's exit function.
#pragma once

#include <atomic>
#include <cstdint>

namespace Atoll::os {

class MadeOnce {
 public:
  // Returns whether the thing exists. The first call makes it with make(), which returns whether it
  // succeeded. Meanwhile other threads call wait() repeatedly, and give up if that returns false.
  template <typename Make, typename Wait>
  bool get(Make make, Wait wait) {
    std::uint32_t state = state_.load(std::memory_order_acquire);
    if (state == kUnmade &&
        state_.compare_exchange_strong(state, kBeingMade, std::memory_order_acquire)) {
      state = make() ? kMade : kRefused;
      state_.store(state, std::memory_order_release);
    }
    while (state == kBeingMade) {
      if (!wait()) return false;
      state = state_.load(std::memory_order_acquire);
    }
    return state == kMade;
  }

 private:
  enum State : std::uint32_t { kUnmade, kBeingMade, kMade, kRefused };
  std::atomic<std::uint32_t> state_{kUnmade};
};

}  // namespace Atoll::os
