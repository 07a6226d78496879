// WebAssembly: wasip1, and js. One linear memory, one thread.
//
// The rules of the segment are in os/brk/brk_space.h: those of release 1.21 and later, which give
// memory back to be used again, with 1.11's answer to hints: the end of the memory or anything
// above it is honoured, by growing up to it. (1.11 never reuses memory; 1.13 to 1.20 refuse hints.)
//
// Memory is as os/brk/brk_os.h has it, over memory.grow. Since 1.14 Go starts at the end of the
// static data; here libc's malloc lives there, so ours starts at the end of the memory, and that is
// what probe() tells as the end of the data: what lies below is not ours.
//
// On js, every growth detaches the views JavaScript has of the memory: the host is told through
// the import atoll.memory_grown(). wasip1 hosts need no telling.
//
// With addresses of 64 bits (memory64) engines still let a memory grow to 16 GiB at most, as the
// JavaScript interface of WebAssembly says.
//
// Console, clock and seed are wasi-libc's write, clock_gettime and getentropy, one host call each.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/brk/brk_os.h"
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

class WasmOs final : public BrkOs {
 public:
  constexpr explicit WasmOs(LinearMemory& memory)
      : BrkOs(memory, LinearMemory::kPageSize, HintPolicy::kSkipAhead) {}

  Machine probe() override;

  void write(std::string_view text) override;
  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;
};

}  // namespace Atoll::os
