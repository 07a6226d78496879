#include "tools/atoll/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "os/base/bits.h"
#include "src/fixed/fixed_heap.h"
#include "tools/atoll/options.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

constexpr std::size_t kMostBlocks = std::size_t{100} * 1000 * 1000;
constexpr std::string_view kHeader = "size,lifetime";

// --- Reading. ---

[[noreturn]] void cannot_read(const std::string& path) {
  throw UsageError(fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
}

std::string read_text(const std::string& path) {
  const auto close = [](std::FILE* file) { return file == stdin ? 0 : std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(
      path == "-" ? stdin : std::fopen(path.c_str(), "rb"), close);
  if (file == nullptr) cannot_read(path);
  std::string text;
  std::array<char, 1 << 16> piece;
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get())) {
    text.append(piece.data(), size);
  }
  if (std::ferror(file.get()) != 0) cannot_read(path);
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// As much of a line as a message can hold.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string result(text.substr(0, kMost));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > kMost ? result + "..." : result;
}

struct Block {
  std::size_t size;
  std::optional<std::size_t> lifetime;  // none: it is never freed
};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), text_(read_text(path)) {}

  std::vector<Block> read() {
    std::vector<Block> blocks;
    for (std::string_view rest = text_; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      ++number_;
      if (line.empty() || line.front() == '#' || (blocks.empty() && line == kHeader)) continue;
      if (blocks.size() == kMostBlocks) refuse(line, "there are too many blocks");
      blocks.push_back(block(line));
    }
    if (blocks.empty()) {
      throw UsageError(
          fmt::format("'{}' has no block; each line is one, as '24,3': its size, and how many "
                      "blocks are allocated before it is freed",
                      path_));
    }
    return blocks;
  }

 private:
  [[noreturn]] void refuse(std::string_view line, std::string_view why) const {
    throw UsageError(fmt::format("{}:{}: '{}': {}", path_, number_, shown(line), why));
  }

  Block block(std::string_view line) const {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) refuse(line, "a line is 'size,lifetime'");
    const auto size = parse_number(trimmed(line.substr(0, comma)));
    if (!size || *size == 0 || *size > kMostRam) {
      refuse(line, fmt::format("a size is a number from 1 to {}", kMostRam));
    }
    const std::string_view lifetime = trimmed(line.substr(comma + 1));
    if (lifetime.empty()) return {*size, std::nullopt};
    const auto value = parse_number(lifetime);
    if (!value) {
      refuse(line, "a lifetime is a number of blocks, or empty if the block is never freed");
    }
    return {*size, value};
  }

  const std::string& path_;
  std::string text_;
  std::size_t number_ = 0;
};

// Orders the frees, and finds the most that is live.
Trace trace_of(const std::vector<Block>& blocks) {
  Trace trace;
  const std::size_t count = blocks.size();
  // The block before which block i is freed.
  const auto freed_before = [&](std::size_t i) -> std::optional<std::size_t> {
    const auto lifetime = blocks[i].lifetime;
    if (!lifetime || *lifetime >= count - i - 1) return std::nullopt;
    return i + *lifetime + 1;
  };
  trace.frees_end.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    trace.sizes.push_back(blocks[i].size);
    if (const auto before = freed_before(i)) ++trace.frees_end[*before];
  }
  std::size_t sum = 0;
  std::vector<std::size_t> next(count);
  for (std::size_t i = 0; i < count; ++i) {
    next[i] = sum;
    sum += trace.frees_end[i];
    trace.frees_end[i] = sum;
  }
  trace.frees.resize(sum);
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto before = freed_before(i)) {
      trace.frees[next[*before]++] = static_cast<std::uint32_t>(i);
    }
  }
  return trace;
}

// Calls allocate(i) and free(i) in the order of the trace, until allocate() returns false.
template <typename Allocate, typename Free>
bool follow(const Trace& trace, Allocate&& allocate, Free&& free) {
  std::size_t k = 0;
  for (std::size_t i = 0; i < trace.sizes.size(); ++i) {
    for (; k < trace.frees_end[i]; ++k) free(trace.frees[k]);
    if (!allocate(i)) return false;
  }
  return true;
}

void count_live(Trace& trace) {
  std::size_t bytes = 0;
  std::size_t blocks = 0;
  follow(
      trace,
      [&](std::size_t i) {
        bytes += trace.sizes[i];
        trace.most_bytes = std::max(trace.most_bytes, bytes);
        trace.most_blocks = std::max(trace.most_blocks, ++blocks);
        return true;
      },
      [&](std::size_t i) {
        bytes -= trace.sizes[i];
        --blocks;
      });
}

// --- Replaying. ---

template <typename Heap>
bool replay_on(Heap* heap, const Trace& trace) {
  std::vector<void*> blocks(trace.sizes.size());
  return follow(
      trace, [&](std::size_t i) { return (blocks[i] = heap->allocate(trace.sizes[i])) != nullptr; },
      [&](std::size_t i) { heap->free(blocks[i]); });
}

bool fits(const Trace& trace, std::size_t ram) { return replay(trace, ram).fits; }

// The least size above `fails`, which does not serve, that a search by halves finds. 0: none does.
std::size_t search(const Trace& trace, std::size_t fails) {
  constexpr std::size_t kFirst = 1024;
  std::size_t serves = std::clamp(fails * 2, kFirst, kMostRam);
  while (!fits(trace, serves)) {
    if (serves == kMostRam) return 0;
    fails = serves;
    serves = std::min(serves * 2, kMostRam);
  }
  while (serves - fails > kRamStep) {
    const std::size_t middle = fails + round_down((serves - fails) / 2, kRamStep);
    (fits(trace, middle) ? serves : fails) = middle;
  }
  return serves;
}

// A buffer above `ram`, not far above and with the same indices, that does not serve; 0: none of
// those that are tried.
std::size_t larger_one_that_fails(const Trace& trace, std::size_t ram) {
  const unsigned bits = replay(trace, ram).index_bits;
  const auto fails = [&](std::size_t larger) {
    const Replay result = larger <= kMostRam ? replay(trace, larger) : Replay{true};
    return !result.fits && result.index_bits == bits;
  };
  constexpr std::size_t kNear = 32;
  constexpr std::size_t kFar = 8;  // up to a quarter above
  for (std::size_t k = kFar; k != 0; --k) {
    const std::size_t larger = ram + round_down(ram * k / (4 * kFar), kRamStep);
    if (fails(larger)) return larger;
  }
  for (std::size_t k = kNear; k != 0; --k) {
    if (fails(ram + k * kRamStep)) return ram + k * kRamStep;
  }
  return 0;
}

}  // namespace

Trace read_trace(const std::string& path) {
  Trace trace = trace_of(Reader(path).read());
  count_live(trace);
  return trace;
}

Replay replay(const Trace& trace, std::size_t ram) {
  // Not initialised: pages that the heap does not touch need no memory.
  const std::size_t words = ram / sizeof(std::uint64_t);
  const std::unique_ptr<std::uint64_t[]> buffer(new (std::nothrow) std::uint64_t[words]);
  if (buffer == nullptr) throw UsageError("there is no memory to replay the trace in");
  const std::size_t size = words * sizeof(std::uint64_t);
  if (FixedHeap* const heap = FixedHeap::make(buffer.get(), size); heap != nullptr) {
    return {replay_on(heap, trace), 16};
  }
  LargeFixedHeap* const heap = LargeFixedHeap::make(buffer.get(), size);
  return {heap != nullptr && replay_on(heap, trace), 32};
}

std::size_t least_ram(const Trace& trace) {
  // A larger buffer may be divided in another way, and may fail. Then a buffer above that is
  // searched for.
  std::size_t fails = 0;
  for (;;) {
    const std::size_t found = search(trace, fails);
    if (found == 0) return 0;
    const std::size_t larger = larger_one_that_fails(trace, found);
    if (larger == 0) return found;
    fails = larger;
  }
}

}  // namespace Atoll::tool
