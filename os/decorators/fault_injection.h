// Makes chosen calls fail without passing them on, wherever the system could refuse.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/decorators/forward.h"
#include "os/decorators/verb.h"

namespace Atoll::os {

// Fails nothing until it is told to. Change the settings only while no other thread calls.
class FaultInjectionOs final : public ForwardOs {
 public:
  explicit FaultInjectionOs(Os& beneath) : ForwardOs(beneath) {}

  // Fails the kth call from now on, counted from 1. Counting starts again.
  void fail_call(std::uint32_t k) { set(k, k); }
  void fail_from_call(std::uint32_t k) { set(k, UINT32_MAX); }
  void fail_nothing() { set(0, 0); }
  // Counts and fails only these verbs.
  void only(VerbSet verbs) { verbs_ = verbs; }
  void fail_with(Failure failure, std::int32_t native_code = 0) {
    status_ = Status{failure, native_code};
  }

  // Calls of the chosen verbs since the last fail_...(), and how many of them this made fail.
  std::uint32_t calls() const { return calls_.load(std::memory_order_relaxed); }
  std::uint32_t failed_calls() const { return failed_calls_.load(std::memory_order_relaxed); }

  Allocation reserve(Address hint, std::uint64_t size) override {
    if (fails(Verb::kReserve)) return {Address(), status_};
    return beneath().reserve(hint, size);
  }
  Status release(Address base, std::uint64_t size) override {
    return fails(Verb::kRelease) ? status_ : beneath().release(base, size);
  }
  Status map(Address base, std::uint64_t size) override {
    return fails(Verb::kMap) ? status_ : beneath().map(base, size);
  }
  Status used(Address base, std::uint64_t size) override {
    return fails(Verb::kUsed) ? status_ : beneath().used(base, size);
  }
  Status unused(Address base, std::uint64_t size) override {
    return fails(Verb::kUnused) ? status_ : beneath().unused(base, size);
  }
  Status fault(Address base, std::uint64_t size) override {
    return fails(Verb::kFault) ? status_ : beneath().fault(base, size);
  }
  Allocation alloc(std::uint64_t size) override {
    if (fails(Verb::kAlloc)) return {Address(), status_};
    return beneath().alloc(size);
  }
  Status free(Address base, std::uint64_t size) override {
    return fails(Verb::kFree) ? status_ : beneath().free(base, size);
  }
  // A failed resident() is unknown.
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override {
    if (fails(Verb::kResident)) return std::nullopt;
    return beneath().resident(base, size);
  }
  Status wish_huge_pages(Address base, std::uint64_t size, HugePages wish) override {
    return fails(Verb::kWishHugePages) ? status_ : beneath().wish_huge_pages(base, size, wish);
  }

 private:
  void set(std::uint32_t first, std::uint32_t last) {
    first_ = first;
    last_ = last;
    calls_.store(0, std::memory_order_relaxed);
    failed_calls_.store(0, std::memory_order_relaxed);
  }

  bool fails(Verb verb) {
    if (!verbs_.has(verb)) return false;
    const std::uint32_t call = calls_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (first_ == 0 || call < first_ || call > last_) return false;
    failed_calls_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  VerbSet verbs_ = VerbSet::all();
  std::uint32_t first_ = 0;
  std::uint32_t last_ = 0;
  Status status_{Failure::kNoMemory, 0};
  std::atomic<std::uint32_t> calls_{0};
  std::atomic<std::uint32_t> failed_calls_{0};
};

}  // namespace Atoll::os
