// A number that one thread, the owner, changes often, and that other threads read now and then.
//
// A change costs the owner one instruction; an atomic increment would cost a locked one, and a
// relaxed load and store would cost three. A reader gets a value that the number had a moment ago.
// This works because every processor that the project runs on reads and writes words of this width
// whole. A race detector cannot know that, so under one the owner's store is atomic.
#pragma once

#include <cstdint>

#include "src/port/native.h"

namespace Atoll {

class OwnerCounter {
 public:
  constexpr OwnerCounter() = default;

  // --- For the owner alone. ---

  std::int32_t get() const { return value_; }
  void set(std::int32_t value) {
    if constexpr (port::kNativeRace) {
      __atomic_store_n(&value_, value, __ATOMIC_RELAXED);
    } else {
      value_ = value;
    }
  }
  std::int32_t increment() {
    set(value_ + 1);
    return value_;
  }
  std::int32_t decrement() {
    set(value_ - 1);
    return value_;
  }

  // --- For any thread. ---

  std::int32_t read() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }

 private:
  std::int32_t value_ = 0;
};

}  // namespace Atoll
