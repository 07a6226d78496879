// A number that one thread changes often and others look at now and then.
//
// The owner's change is one instruction, where an atomic increment would be a locked one, and even
// a relaxed load and store three. A reader gets some value the number had a moment ago. Words of
// this width are read and written whole by every processor the project runs on, which is all it
// takes; for a race detector, which cannot know that, the owner's store is atomic.
#pragma once

#include <cstdint>

#include "src/port/native.h"

namespace Atoll {

class OwnerCounter {
 public:
  constexpr OwnerCounter() = default;

  // --- For the owner. ---

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

  // --- For others. ---

  std::int32_t read() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }

 private:
  std::int32_t value_ = 0;
};

}  // namespace Atoll
