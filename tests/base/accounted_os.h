// A system that knows what was not given back, and whose calls a test can make fail.
#pragma once

#include <cstdint>

#include "os/decorators/fault_injection.h"
#include "os/decorators/forward.h"

namespace Atoll {

// Counts what alloc() gave and free() took back, in bytes, and the calls that succeeded.
class AccountedOs final : public os::ForwardOs {
 public:
  explicit AccountedOs(os::Os& beneath) : ForwardOs(beneath) {}

  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t allocs() const { return allocs_; }
  std::uint64_t frees() const { return frees_; }

  os::Allocation alloc(std::uint64_t size) override {
    const os::Allocation allocation = beneath().alloc(size);
    if (allocation.ok()) {
      bytes_ += size;
      ++allocs_;
    }
    return allocation;
  }
  os::Status free(Address base, std::uint64_t size) override {
    const os::Status status = beneath().free(base, size);
    if (status.ok()) {
      bytes_ -= size;
      ++frees_;
    }
    return status;
  }

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t allocs_ = 0;
  std::uint64_t frees_ = 0;
};

}  // namespace Atoll
