// The places at which the Go runtime puts objects and stacks, as long as nothing is freed: computed
// from the numbers of the port and from the system's answers, and not by the heap's own code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "os/base/address.h"
#include "os/decorators/trace.h"
#include "src/base/platform.h"
#include "src/port/port.h"
#include "tests/fidelity/traced_heap.h"

namespace Atoll::test {

// The walk along the arena hints. The system's answers come from the calls the heap made; which
// calls those have to be is said here.
class ArenaOracle {
 public:
  explicit ArenaOracle(TracedHeap& heap);

  // The next region the heap got: one or more arenas. Empty if there is none, or if the heap did
  // not walk as it should: `error()` tells.
  Range next();
  const std::string& error() const { return error_; }

 private:
  struct Hint {
    Address address;
    bool down = false;

    Range region(std::uint64_t size) const { return {down ? address - size : address, size}; }
  };

  const os::TraceRecord* next_reserve();
  Address start32_hint(TracedHeap& heap);
  void drop_unasked(const os::TraceRecord& call);
  bool has_place(Range region) const;
  Range fail(const std::string& why);
  Range next_anywhere(const os::TraceRecord& call);

  TracedHeap& heap_;
  const port::PortSpec& spec_;
  bool releases_parts_;
  std::vector<Hint> hints_;  // the last is tried first
  Range start32_;            // not yet told
  std::size_t calls_seen_ = 0;
  std::string error_;
};

// Spans of free pages. All are in one piece as long as each region lies behind the one before.
class PageOracle {
 public:
  explicit PageOracle(TracedHeap& heap)
      : arenas_(heap), takes_lowest_(heap.platform().spec.since(port::Release::k1_14)) {}

  // Null: see error().
  Address allocate(std::uint64_t npages);
  bool is_in_one_piece() const { return free_.size() <= 1; }
  const std::string& error() const { return arenas_.error(); }

 private:
  void add(Range region);
  bool is_better(Range a, Range b) const;

  ArenaOracle arenas_;
  bool takes_lowest_;
  std::vector<Range> free_;
};

class HeapOracle {
 public:
  explicit HeapOracle(TracedHeap& heap);

  Address object(std::uint64_t size, bool noscan);
  Address stack(std::uint64_t size);
  bool is_in_one_piece() const { return pages_.is_in_one_piece(); }
  const std::string& error() const { return pages_.error(); }

 private:
  struct SpanClass {
    Address next;
    std::uint64_t left = 0;  // objects
  };

  Address tiny(std::uint64_t size);
  Address from_class(unsigned size_class, bool noscan);
  unsigned smallest_class(std::uint64_t size) const;

  const port::PortSpec spec_;
  PageOracle pages_;
  std::array<SpanClass, std::size_t{port::kMaxSizeClasses} * 2> classes_{};
  Address tiny_block_;
  std::uint64_t tiny_used_ = 0;
  // Of each size of stack, those that will be handed out next, the last one first.
  struct Stacks {
    std::vector<Address> cached;
    std::vector<Address> pooled;
  };
  std::array<Stacks, 16> stacks_{};
};

}  // namespace Atoll::test
