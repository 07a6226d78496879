// A value that one thread, the owner, changes often, and that other threads read now and then.
//
// A change costs the owner one instruction; an atomic increment would cost a locked one, and a
// relaxed load and store would cost three. A reader gets what the value was a moment ago.
// This works because every processor that the project runs on reads and writes words of this width
// whole. A race detector cannot know that, so under one the owner's store is atomic.
#pragma once

#include <cstdint>

#include "src/port/native.h"

namespace Atoll {

// `T` is a pointer, or a number that is no wider.
template <typename T>
class OwnerValue {
 public:
  constexpr OwnerValue() = default;

  // --- For the owner alone. ---

  T get() const { return value_; }
  void set(T value) {
    if constexpr (port::kNativeRace) {
      __atomic_store_n(&value_, value, __ATOMIC_RELAXED);
    } else {
      value_ = value;
    }
  }

  // --- For any thread. ---

  T read() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }

 private:
  T value_{};
};

class OwnerCounter : public OwnerValue<std::int32_t> {
 public:
  std::int32_t increment() {
    set(get() + 1);
    return get();
  }
  std::int32_t decrement() {
    set(get() - 1);
    return get();
  }
};

}  // namespace Atoll
