// A machine without an operating system: one buffer that the program hands in, of 1 MiB and more,
// and the services that it has.
//
//   static unsigned char ram[4 << 20];
//   Atoll::os::FixedOs fixed;
//   const Atoll::Line why = fixed.init(ram, sizeof ram);  // empty if the buffer can be used
//   Atoll::Heap heap;
//   const Atoll::Line why_not = heap.init(fixed);
//
// Less memory than that is better served by another heap: src/fixed/fixed_heap.h.
//
//   reserve, release, map, used, unused, alloc, free: bookkeeping in the buffer (fixed_space.h)
//   fault     unsupported: nothing protects memory
//   resident  exact: the pages that are Ready
//   huge pages: the backend takes no wishes
//   write, abort, time, seed: the program's functions, or what FixedServices says
//
// The port is none/arm, none/riscv or none/riscv64, whose heaps take memory in small steps
// (src/base/geometry.h).
//
// There is one thread: a program with several tasks calls the heap from one of them, or under a
// lock of its own. No call may be made from an interrupt.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "os/fixed/fixed_space.h"
#include "os/os.h"

namespace Atoll::os {

// What the program supplies. Each function gets `context`, and may be null.
struct FixedServices {
  void* context = nullptr;
  // The console. Null: what the heap writes is lost.
  void (*write)(void* context, std::string_view text) = nullptr;
  // Does not return. Null, or if it does: the processor's trap.
  void (*abort)(void* context) = nullptr;
  // Nanoseconds that never decrease. Null: every call counts one.
  std::uint64_t (*nanoseconds)(void* context) = nullptr;
  // A number that differs from run to run. Null: numbers that do not.
  std::uint64_t (*random)(void* context) = nullptr;
};

class FixedOs final : public Os {
 public:
  constexpr FixedOs() = default;
  constexpr explicit FixedOs(const FixedServices& services) : services_(services) {}
  FixedOs(const FixedOs&) = delete;
  FixedOs& operator=(const FixedOs&) = delete;

  // As FixedSpace::init().
  Line init(void* buffer, std::uint64_t size) { return space_.init(buffer, size); }

  const FixedSpace& space() const { return space_; }

  Machine probe() override;

  Allocation reserve(Address hint, std::uint64_t size) override {
    return space_.reserve(hint, size);
  }
  Status release(Address base, std::uint64_t size) override { return space_.release({base, size}); }
  Status map(Address base, std::uint64_t size) override { return space_.map({base, size}); }
  Status used(Address base, std::uint64_t size) override { return space_.used({base, size}); }
  Status unused(Address base, std::uint64_t size) override { return space_.unused({base, size}); }
  Status fault(Address, std::uint64_t) override { return {Failure::kUnsupported, 0}; }
  Allocation alloc(std::uint64_t size) override { return space_.alloc(size); }
  Status free(Address base, std::uint64_t size) override { return space_.free({base, size}); }
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override {
    return space_.resident({base, size});
  }

  void write(std::string_view text) override;
  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>&, std::uint32_t) override {}
  void unpark(const std::atomic<std::uint32_t>&, std::uint32_t) override {}
  void yield() override {}
  bool at_thread_exit(ThreadExitFunction, void*) override { return false; }

 private:
  FixedServices services_;
  FixedSpace space_;
  std::uint64_t calls_ = 0;  // of a clock, or of a source of chance, that the program lacks
};

}  // namespace Atoll::os
