// WebAssembly: wasip1, and js. One linear memory, one thread.
//
// The rules of the segment are in os/brk/brk_space.h: those of release 1.21 and later, which give
// memory back to be used again, with 1.11's answer to hints: the end of the memory or anything
// above it is honoured, by growing up to it. (1.11 never reuses memory; 1.13 to 1.20 refuse hints.)
//
//   reserve   BrkSpace::reserve over memory.grow. Since 1.14 Go starts at the end of the static
//             data; here libc's malloc lives there, so ours starts at the end of the memory, and
//             that is what probe() tells as the end of the data: what lies below is not ours.
//   release   BrkSpace::free
//   map       nothing, nor do used and unused: there is no memory behind the memory. All three
//             refuse what is not handed out.
//   fault     cannot be done
//   alloc     BrkSpace::reserve without a hint
//   free      BrkSpace::free
//
// On js, every growth detaches the views JavaScript has of the memory: the host is told through
// the import atoll.memory_grown(). wasip1 hosts need no telling.
//
// Console, clock and seed are wasi-libc's write, clock_gettime and getentropy, one host call each.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/brk/brk_space.h"
#include "os/os.h"

namespace Atoll::os {

// Memory of which others, such as libc's malloc, may add pages too.
class LinearMemory final : public Segment {
 public:
  static constexpr std::uint64_t kPageSize = 65536;

  constexpr LinearMemory() = default;

  Address end() override;
  Address grow(std::uint64_t size) override;
  void yield() override {}
};

class WasmOs final : public Os {
 public:
  constexpr WasmOs() = default;

  Machine probe() override;

  Allocation reserve(Address hint, std::uint64_t size) override;
  Status release(Address base, std::uint64_t size) override;
  Status map(Address base, std::uint64_t size) override;
  Status used(Address base, std::uint64_t size) override;
  Status unused(Address base, std::uint64_t size) override;
  Status fault(Address base, std::uint64_t size) override;
  Allocation alloc(std::uint64_t size) override;
  Status free(Address base, std::uint64_t size) override;

  void write(std::string_view text) override;
  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;

 private:
  LinearMemory memory_;
  BrkSpace space_{memory_, LinearMemory::kPageSize, HintPolicy::kSkipAhead};
};

}  // namespace Atoll::os
