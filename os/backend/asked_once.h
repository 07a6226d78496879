// Caches answers of the system that never change, so that a backend asks for each only once.
// Threads that ask at the same time get the same answer.
#pragma once

#include <atomic>
#include <cstdint>

namespace Atoll::os {

// A number that fits into 32 bits. 0 means that the system did not answer, and the next call asks
// again.
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
