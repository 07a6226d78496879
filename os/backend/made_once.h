// Something that the first thread that needs it makes for all threads, as the key by which a system
// calls a thread's exit function.
#pragma once

#include <atomic>
#include <cstdint>

namespace Atoll::os {

class MadeOnce {
 public:
  // Whether it is there. The first call makes it by make(), which tells whether it could. Others
  // call wait() again and again meanwhile; if that returns false they give up.
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
