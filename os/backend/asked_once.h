// What a system answers alike every time, and is asked once. Threads that ask together find the
// same.
#pragma once

#include <atomic>
#include <cstdint>

namespace Atoll::os {

// A number. 0, which is no answer, is not remembered.
class NumberAskedOnce {
 public:
  template <typename Ask>
  std::uint64_t get(Ask ask) {
    std::uint32_t known = known_.load(std::memory_order_relaxed);
    if (known == 0) {
      known = static_cast<std::uint32_t>(ask());
      known_.store(known, std::memory_order_relaxed);
    }
    return known;
  }

 private:
  std::atomic<std::uint32_t> known_{0};
};

class QuestionAskedOnce {
 public:
  template <typename Ask>
  bool get(Ask ask) {
    return answer_.get([&] { return ask() ? kYes : kNo; }) == kYes;
  }

 private:
  static constexpr std::uint32_t kNo = 1;
  static constexpr std::uint32_t kYes = 2;
  NumberAskedOnce answer_;
};

}  // namespace Atoll::os
