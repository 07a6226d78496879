// Counts what a system refused to take back.
#pragma once

#include <cstdint>

#include "os/decorators/forward.h"

namespace Atoll::test {

// Counts the bytes that the system refused to take back. They are lost, which is no error of the
// heap.
class RefusedReturns final : public os::ForwardOs {
 public:
  explicit RefusedReturns(os::Os& beneath) : ForwardOs(beneath) {}

  std::uint64_t bytes() const { return bytes_; }

  os::Status release(Address base, std::uint64_t size) override {
    return note(beneath().release(base, size), size);
  }
  os::Status free(Address base, std::uint64_t size) override {
    return note(beneath().free(base, size), size);
  }

 private:
  os::Status note(os::Status status, std::uint64_t size) {
    if (!status.ok()) bytes_ += size;
    return status;
  }

  std::uint64_t bytes_ = 0;
};

}  // namespace Atoll::test
