// WebAssembly: wasip1, and js. One linear memory, one thread.
//
// os/brk/brk_space.h has the rules of the segment. They are those of release 1.21 and later, which
// reuse memory that is given back, with 1.11's answer to hints: the backend honours the end of the
// memory or anything above it, by growing up to it. (1.11 never reuses memory; 1.13 to 1.20 refuse
// hints.)
//
// os/brk/brk_os.h implements memory, over memory.grow. Since 1.14 Go starts at the end of the
// static data. Here libc's malloc lives there, so our memory starts at the end of the linear
// memory, and probe() reports that as the end of the data: memory below is not ours.
//
// On js, every growth detaches JavaScript's views of the memory, so the backend tells the host
// through the import atoll.memory_grown(). wasip1 hosts need no such call.
//
// With 64-bit addresses (memory64) engines still let a memory grow to 16 GiB at most, as the
// JavaScript interface of WebAssembly says. JavaScriptCore ends at 4 GiB, whatever maximum it has
// accepted; only growing tells, so probe() reports the maximum.
//
// Console, clock and seed are wasi-libc's write, clock_gettime and getentropy, one host call each.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/brk/brk_os.h"
#include "os/os.h"

namespace Atoll::os {

// A linear memory, to which others, such as libc's malloc, may add pages too.
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
