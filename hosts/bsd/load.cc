#include "hosts/bsd/load.h"

#include <sys/mman.h>

#include <cstring>

#include "hosts/base/refuse.h"
#include "os/base/bits.h"
#include "os/sim/placement.h"

namespace Atoll::hosts::bsd {
namespace {

constexpr std::uint64_t kStackSize = std::uint64_t{8} << 20;

Range pages_of(const Segment& segment, std::uint64_t page) {
  const Address first = segment.memory.base.aligned_down(page);
  return {first, segment.memory.end().aligned_up(page) - first};
}

bool can_map(Address place, std::uint64_t size) {
  void* const p =
      ::mmap(place.pointer(), size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return false;
  ::munmap(p, size);
  return p == place.pointer();
}

// Maps the stack as high as possible: memory of the host may lie where the system has its stacks.
Address map_stack(Process& process) {
  const Address end = os::sim::usable(process.memory().rules()).end().aligned_down(kStackSize);
  constexpr std::uint64_t kStep = std::uint64_t{1} << 30;
  constexpr int kAttempts = 1024;
  for (int i = 0; i < kAttempts && end.value() > (static_cast<std::uint64_t>(i) + 1) * kStep; ++i) {
    const Address base = end - static_cast<std::uint64_t>(i) * kStep - kStackSize;
    const Mapping mapping =
        process.memory().map_at(base, kStackSize, PROT_READ | PROT_WRITE, Existing::kRefuse);
    if (mapping.failure == MemoryFailure::kNone) return base + kStackSize;
  }
  refuse("there is no place for a stack");
}

class StackWriter {
 public:
  explicit StackWriter(Address top) : top_(top) {}

  Address push(const void* bytes, std::size_t size) {
    top_ = top_ - size;
    std::memcpy(top_.pointer(), bytes, size);
    return top_;
  }
  void align(std::uint64_t alignment) { top_ = top_.aligned_down(alignment); }
  Address top() const { return top_; }

 private:
  Address top_;
};

// Writes argc, argv, no environment, and the auxiliary vector, whose numbers all systems share.
Address write_stack(Address top, const Plan& plan, std::uint64_t page_size,
                    std::span<char* const> arguments) {
  constexpr std::uint64_t kHeaders = 3;
  constexpr std::uint64_t kHeaderSize = 4;
  constexpr std::uint64_t kNumHeaders = 5;
  constexpr std::uint64_t kPageSize = 6;
  constexpr std::uint64_t kEntry = 9;
  constexpr std::uint64_t kSizeOfHeader = 56;
  StackWriter stack(top);
  std::vector<std::uint64_t> words = {arguments.size()};
  for (const char* const argument : arguments) {
    words.push_back(stack.push(argument, std::strlen(argument) + 1).value());
  }
  const std::uint64_t rest[] = {0,           0,
                                kHeaders,    plan.headers,
                                kHeaderSize, kSizeOfHeader,
                                kNumHeaders, plan.num_headers,
                                kPageSize,   page_size,
                                kEntry,      plan.entry,
                                0,           0};
  words.insert(words.end(), std::begin(rest), std::end(rest));
  stack.align(16);
  if (words.size() % 2 != 0) stack.push("\0\0\0\0\0\0\0", 8);
  return stack.push(words.data(), words.size() * sizeof words[0]);
}

}  // namespace

os::sim::Config within_reach(const os::sim::Config& rules) {
  os::sim::Config narrowed = rules;
  const Address end = os::sim::usable(rules).end();
  for (std::uint32_t bits = rules.address_bits; bits > 32; --bits) {
    const Address top =
        bits == rules.address_bits ? end : Address(std::uint64_t{1} << bits) - rules.page_size;
    // Tries several pages, because something may lie at the last one.
    for (std::uint64_t below = 1; below <= 4; ++below) {
      if (!can_map(top - (below << 32), rules.page_size)) continue;
      if (top != end) {
        narrowed.address_bits = bits;
        narrowed.end = top;
        if (rules.placement == os::sim::Placement::kTopDown) {
          narrowed.origin = top - (end - rules.origin);
        }
      }
      return narrowed;
    }
  }
  refuse("there is no address space");
}

Image load(const Plan& plan, std::span<char* const> arguments, Process& process) {
  const std::uint64_t page = process.page_size();
  Image image;
  for (const Segment& segment : plan.segments) {
    const Range pages = pages_of(segment, page);
    const Mapping mapping =
        process.memory().map_at(pages.base, pages.size, PROT_READ | PROT_WRITE, Existing::kRefuse);
    if (mapping.failure != MemoryFailure::kNone) {
      refuse("a segment at 0x%llx cannot be had",
             static_cast<unsigned long long>(pages.base.value()));
    }
    if (segment.contents.size() != 0) {
      std::memcpy(segment.memory.base.pointer(), segment.contents.data(),
                  static_cast<std::size_t>(segment.contents.size()));
    }
    if (segment.can_execute) image.text.push_back({segment.memory.base, segment.contents.size()});
    if (segment.can_write && process.data.is_null()) process.data = pages.base;
  }
  image.stack = write_stack(map_stack(process), plan, page, arguments);
  return image;
}

void protect(const Plan& plan, Process& process) {
  for (const Segment& segment : plan.segments) {
    const int protection = (segment.can_read ? PROT_READ : 0) |
                           (segment.can_write ? PROT_WRITE : 0) |
                           (segment.can_execute ? PROT_EXEC : 0);
    if (process.memory().protect(pages_of(segment, process.page_size()), protection) !=
        MemoryFailure::kNone) {
      refuse("a segment cannot be protected");
    }
  }
}

}  // namespace Atoll::hosts::bsd
