// An Os that passes every call on to another: the base class of the decorators.
//
// A decorator gets the Os beneath by reference and owns nothing; decorators stack in any order.
// None takes a lock, and all counters are atomic, so many threads may use them.
#pragma once

#include "os/os.h"

namespace Atoll::os {

class ForwardOs : public Os {
 public:
  ForwardOs(const ForwardOs&) = delete;
  ForwardOs& operator=(const ForwardOs&) = delete;

  Os& beneath() { return beneath_; }

  Machine probe() override { return beneath_.probe(); }
  std::uint64_t huge_page_size() override { return beneath_.huge_page_size(); }
  bool decommit_zeroes() override { return beneath_.decommit_zeroes(); }
  Allocation reserve(Address hint, std::uint64_t size) override {
    return beneath_.reserve(hint, size);
  }
  Status release(Address base, std::uint64_t size) override { return beneath_.release(base, size); }
  Status map(Address base, std::uint64_t size) override { return beneath_.map(base, size); }
  Status used(Address base, std::uint64_t size) override { return beneath_.used(base, size); }
  Status unused(Address base, std::uint64_t size) override { return beneath_.unused(base, size); }
  Status fault(Address base, std::uint64_t size) override { return beneath_.fault(base, size); }
  Allocation alloc(std::uint64_t size) override { return beneath_.alloc(size); }
  Status free(Address base, std::uint64_t size) override { return beneath_.free(base, size); }
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override {
    return beneath_.resident(base, size);
  }
  Status wish_huge_pages(Address base, std::uint64_t size, HugePages wish) override {
    return beneath_.wish_huge_pages(base, size, wish);
  }

  void write(std::string_view text) override { beneath_.write(text); }
  [[noreturn]] void abort() override {
    beneath_.abort();
    __builtin_unreachable();  // g++ does not see [[noreturn]] through the interface
  }
  std::uint64_t monotonic_nanoseconds() override { return beneath_.monotonic_nanoseconds(); }
  std::uint64_t random_seed() override { return beneath_.random_seed(); }

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override {
    beneath_.park(word, expected);
  }
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override {
    beneath_.unpark(word, count);
  }
  void yield() override { beneath_.yield(); }
  bool at_thread_exit(ThreadExitFunction function, void* argument) override {
    return beneath_.at_thread_exit(function, argument);
  }
  bool is_ending() override { return beneath_.is_ending(); }

 protected:
  explicit ForwardOs(Os& beneath) : beneath_(beneath) {}
  ~ForwardOs() = default;

 private:
  Os& beneath_;
};

}  // namespace Atoll::os
