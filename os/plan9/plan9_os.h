// Plan 9: one data segment, whose end a program may move. One thread.
//
// os/brk/brk_space.h has the rules of the segment. Releases answer a hint in two ways:
//
//   1.11 to 1.13  any place, if the hint is not the break
//   1.14 on       the break, or nothing; this is what we do
//
// Memory that is given back never returns to the system: the backend reuses it. /dev/swap tells the
// page size; if it does not, pages have 4 KiB, as release 1.11 assumes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "os/brk/brk_os.h"
#include "os/os.h"

namespace Atoll::os {

// The calls of the system that the backend makes.
class Plan9Kernel {
 public:
  // The current end of the data segment.
  virtual Address segment_end() = 0;
  // brk_: moves that end upwards. Returns false if it stays where it is.
  virtual bool set_break(Address end) = 0;
  // pwrite to standard error. Returns how much it wrote, or less than 1 on failure.
  virtual std::int64_t write_error(std::string_view text) = 0;
  [[noreturn]] virtual void abort() = 0;
  virtual std::uint64_t nanoseconds() = 0;
  virtual std::uint64_t random() = 0;
  // sleep(0)
  virtual void yield() = 0;

 protected:
  constexpr Plan9Kernel() = default;
  ~Plan9Kernel() = default;
  Plan9Kernel(const Plan9Kernel&) = default;
  Plan9Kernel& operator=(const Plan9Kernel&) = default;
};

class Plan9Segment final : public Segment {
 public:
  static constexpr std::uint64_t kPageSize = 4096;

  constexpr explicit Plan9Segment(Plan9Kernel& kernel, std::uint64_t page_size = kPageSize)
      : kernel_(kernel), page_size_(page_size) {}

  Address end() override;
  Address grow(std::uint64_t size) override;
  void yield() override { kernel_.yield(); }

 private:
  Plan9Kernel& kernel_;
  const std::uint64_t page_size_;
};

class Plan9Os final : public BrkOs {
 public:
  static constexpr std::uint64_t kPageSize = Plan9Segment::kPageSize;

  // `page_size` is the segment's too.
  constexpr Plan9Os(Plan9Kernel& kernel, Plan9Segment& segment, std::uint64_t page_size = kPageSize)
      : BrkOs(segment, page_size, HintPolicy::kExactBreak), kernel_(kernel) {}

  Machine probe() override { return probe_segment(); }

  void write(std::string_view text) override;
  [[noreturn]] void abort() override {
    for (;;) kernel_.abort();
  }

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override { return kernel_.random(); }

  void park(const std::atomic<std::uint32_t>&, std::uint32_t) override {}
  void unpark(const std::atomic<std::uint32_t>&, std::uint32_t) override {}
  void yield() override { kernel_.yield(); }
  bool at_thread_exit(ThreadExitFunction, void*) override { return false; }

 private:
  Plan9Kernel& kernel_;
  std::uint64_t latest_ = 0;  // Plan 9's clock can be set back
};

}  // namespace Atoll::os
