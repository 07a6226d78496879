// Calls back to free memory when there is none left, and tries once more.
#pragma once

#include <cstdint>

#include "os/decorators/forward.h"

namespace Atoll::os {

class RetryOs final : public ForwardOs {
 public:
  // Gets the size that was wanted; returns whether it freed anything, so that another try may
  // succeed. It should make its own calls through beneath(): a call of this Os that fails would
  // call back again.
  using FreeMemory = bool (*)(void* context, std::uint64_t size);

  explicit RetryOs(Os& beneath) : ForwardOs(beneath) {}
  RetryOs(Os& beneath, FreeMemory free_memory, void* context)
      : ForwardOs(beneath), free_memory_(free_memory), context_(context) {}

  // Call this only while no other thread calls. Null: nothing is retried.
  void set_callback(FreeMemory free_memory, void* context) {
    free_memory_ = free_memory;
    context_ = context;
  }

  Allocation reserve(Address hint, std::uint64_t size) override {
    const Allocation first = beneath().reserve(hint, size);
    return is_worth_retrying(first.status, size) ? beneath().reserve(hint, size) : first;
  }
  Status map(Address base, std::uint64_t size) override {
    const Status first = beneath().map(base, size);
    return is_worth_retrying(first, size) ? beneath().map(base, size) : first;
  }
  Status used(Address base, std::uint64_t size) override {
    const Status first = beneath().used(base, size);
    return is_worth_retrying(first, size) ? beneath().used(base, size) : first;
  }
  Allocation alloc(std::uint64_t size) override {
    const Allocation first = beneath().alloc(size);
    return is_worth_retrying(first.status, size) ? beneath().alloc(size) : first;
  }

 private:
  bool is_worth_retrying(Status status, std::uint64_t size) {
    return status.failure == Failure::kNoMemory && free_memory_ != nullptr &&
           free_memory_(context_, size);
  }

  FreeMemory free_memory_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace Atoll::os
