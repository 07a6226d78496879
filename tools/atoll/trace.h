// A recorded trace of blocks, and its replay on the heap for firmware.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace Atoll::tool {

// What happens in the order of the trace: blocks are allocated one after the other, and before each
// one some others are freed.
struct Trace {
  std::vector<std::size_t> sizes;
  // The blocks to free before block i, which lie at [frees_end[i - 1], frees_end[i]) of `frees`.
  std::vector<std::uint32_t> frees;
  std::vector<std::size_t> frees_end;

  std::size_t most_bytes = 0;  // live at the same time
  std::size_t most_blocks = 0;
};

// Reads lines of "size,lifetime"; "-" is standard input. Throws UsageError.
Trace read_trace(const std::string& path);

// The largest buffer that is tried.
inline constexpr std::size_t kMostRam = std::size_t{1} << 30;
// Buffers are tried in these steps.
inline constexpr std::size_t kRamStep = 8;

struct Replay {
  bool fits = false;
  unsigned index_bits = 16;  // 32 where 16 do not reach
};

// Whether a heap in a buffer of `ram` bytes serves all requests of the trace.
Replay replay(const Trace& trace, std::size_t ram);

// The least buffer that serves the trace; 0: kMostRam does not.
std::size_t least_ram(const Trace& trace);

}  // namespace Atoll::tool
