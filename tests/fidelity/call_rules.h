// The system calls that a fresh heap makes, as Go makes them: their order, sizes and hints.
//
// The intended differences from Go:
//   - used() of every span that is handed out, and of metadata of a 32-bit start: Go has memory
//     that is Ready as soon as it is mapped.
//   - From 1.20 an arena's metadata is larger than Go's, because the bitmaps of objects lie there.
//   - Pointers in the arena map are this program's: on wasm they have 4 bytes, and Go's have 8.
//   - An arena's pages have records beside its metadata, which come from the chunk or, where an
//     arena has 256 MiB, from the system. Every few arenas that takes another chunk.
//   - Go's list of all spans begins with 64 KiB from the system; here it comes from the chunk.
//   - From 1.14 Go reserves the summaries of its page allocator, which Atoll does not have.
//   - Where memory is one growing segment, the system refuses a hint that it cannot honour, and
//     there is nothing to give back. (Plan 9 up to 1.13 substitutes other memory.)
// The calls by which Heap::init() finds out about the machine do not count.
#pragma once

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

class CallRules {
 public:
  explicit CallRules(TracedHeap& heap);

  // Each states the next calls; a different call fails the test.
  void init();
  // The growth for one page, by the first allocation. Returns the region.
  Range first_growth();
  // The growth for an object as large as the first region, which has one page less by then.
  void second_growth(Range first);
  void end();

 private:
  struct Hint {
    Address address;
    bool down = false;
  };

  // The system's answer; null if it had no memory, or if this is another call.
  Address expect(os::Verb verb, Address address, std::uint64_t size);
  Range expect_reserve(Address hint, std::uint64_t size);
  void expect_range(os::Verb verb, Range range);
  void expect_used(Range pages);
  Range reserve_aligned(Address hint, std::uint64_t size);

  void start32();
  Range grow(std::uint64_t size);
  Range at_hint(std::uint64_t size);
  void metadata(Range region);
  void expect_alloc(std::uint64_t bytes);
  void expect_metadata(std::uint64_t bytes);

  TracedHeap& heap_;
  const Platform& platform_;
  const port::PortSpec& spec_;
  std::size_t seen_ = 0;
  bool is_wrong_ = false;
  std::vector<Hint> hints_;  // the last is tried first
  bool has_table_ = false;
  // Of a 32-bit start: what is left.
  Range arenas_;
  Range metadata_;
  Address metadata_mapped_;
};

}  // namespace Atoll::test
