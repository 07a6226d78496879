// Records what a system has handed out and which bytes are still held.
#pragma once

#include <cstdint>
#include <map>

#include "os/decorators/forward.h"

namespace Atoll::test {

// Stands directly above the system whose memory it counts. Decorators that make calls fail stand
// above it. Not thread safe.
class LedgerOs final : public os::ForwardOs {
 public:
  explicit LedgerOs(os::Os& beneath) : ForwardOs(beneath) {}

  std::uint64_t bytes_held() const {
    std::uint64_t bytes = 0;
    for (const auto& [begin, end] : held_) bytes += end - begin;
    return bytes;
  }

  os::Allocation reserve(Address hint, std::uint64_t size) override {
    return note(beneath().reserve(hint, size), size);
  }
  os::Allocation alloc(std::uint64_t size) override { return note(beneath().alloc(size), size); }
  os::Status release(Address base, std::uint64_t size) override {
    const os::Status status = beneath().release(base, size);
    if (status.ok()) strike_out(base.value(), base.value() + size);
    return status;
  }
  os::Status free(Address base, std::uint64_t size) override {
    const os::Status status = beneath().free(base, size);
    if (status.ok()) strike_out(base.value(), base.value() + size);
    return status;
  }

 private:
  os::Allocation note(os::Allocation allocation, std::uint64_t size) {
    if (allocation.ok()) held_[allocation.base.value()] = allocation.base.value() + size;
    return allocation;
  }

  // The heap may give back parts of what the system handed out as one.
  void strike_out(std::uint64_t begin, std::uint64_t end) {
    auto it = held_.upper_bound(begin);
    if (it != held_.begin()) --it;
    while (it != held_.end() && it->first < end) {
      const auto [first, last] = *it;
      if (last <= begin) {
        ++it;
        continue;
      }
      it = held_.erase(it);
      if (first < begin) held_[first] = begin;
      if (last > end) held_[end] = last;
    }
  }

  std::map<std::uint64_t, std::uint64_t> held_;  // begin to end
};

}  // namespace Atoll::test
