// A fresh heap's decisions against what the sources of Go say: its addresses, and what it asks its
// system for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "os/decorators/trace.h"
#include "src/heap/heap.h"
#include "tests/heap/oracle.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {

// Allocates at random and frees nothing: every address must be the oracle's. `base` is where the
// first arena is expected, or null if the system decides.
inline void expect_addresses(os::Os& system, const HeapOptions& options, std::uint64_t base,
                             std::uint64_t count, std::uint64_t seed) {
  Heap heap;
  ASSERT_EQ(std::string(heap.init(system, options).view()), "");
  const Platform& platform = heap.platform();
  // One page, so that nothing else moves.
  const std::uint64_t first = platform.address(heap.allocate(8, Scan::kScan)).value();
  if (base != 0) {
    ASSERT_EQ(first, base);
  }
  ASSERT_EQ(first % options.spec.heap_arena_bytes, 0U);
  Oracle oracle(options.spec, first, options.tiny);
  ASSERT_EQ(oracle.allocate(8, true), first);

  // Where memory is one growing segment, other things lie between arenas.
  const std::uint64_t end =
      platform.machine.linear_only ? first + options.spec.heap_arena_bytes : UINT64_MAX;
  Random random(seed);
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool is_stack = random.one_in(20);
    const bool scan = random.one_in(2);
    std::uint64_t size = random.log_uniform(random.one_in(20) ? 15 : 10) + 1;
    if (random.one_in(100)) size = 32'700 + random.log_uniform(19);
    if (random.one_in(3)) size = random.below(15) + 1;
    if (is_stack) size = options.spec.fixed_stack << random.below(7);
    const std::uint64_t expected = is_stack ? oracle.stack(size) : oracle.allocate(size, scan);
    if (oracle.next_page() > end) {
      ASSERT_GT(i, 20U) << "hardly anything was seen";
      return;
    }
    const auto bytes = static_cast<std::size_t>(size);
    const void* const p = is_stack ? heap.stack_allocate(bytes).base
                                   : heap.allocate(bytes, scan ? Scan::kScan : Scan::kNoscan);
    ASSERT_NE(p, nullptr) << heap.last_failure().view();
    ASSERT_EQ(platform.address(p), Address(expected))
        << (is_stack ? "stack" : "object") << " of " << size << " bytes, number " << i;
  }
}

// --- Calls. ---

struct Call {
  os::Verb verb;
  std::uint64_t address;  // of alloc: 0
  std::uint64_t size;
  std::uint64_t more = 0;  // the size may be up to so much larger

  friend void PrintTo(const Call& call, std::ostream* out) {
    Line line;
    line << os::name(call.verb) << "(" << Address(call.address) << ", " << call.size << ")";
    *out << line.view();
  }
};

inline void expect_calls(std::span<const os::TraceRecord> records, const std::vector<Call>& calls,
                         const char* when) {
  SCOPED_TRACE(when);
  for (std::size_t i = 0; i < std::max(records.size(), calls.size()); ++i) {
    std::array<char, os::kTraceLine> buffer{};
    const std::string is = i < records.size() ? std::string(os::format(records[i], buffer)) : "";
    ASSERT_LT(i, calls.size()) << "an extra call: " << is;
    const std::string should_be = testing::PrintToString(calls[i]);
    ASSERT_LT(i, records.size()) << "missing: " << should_be;
    const Call& call = calls[i];
    ASSERT_TRUE(records[i].verb == call.verb && records[i].address == Address(call.address) &&
                records[i].size >= call.size && records[i].size <= call.size + call.more)
        << is << " instead of " << should_be;
  }
}

// The calls of init() and of the first growth, for a port that starts from hints, which its system
// honours. Up to release 1.16 a region is mapped when it is reserved, from 1.17 when it is needed,
// 4 MiB at a time. Ours, and not Go's, are two things: used(), which its sources leave out for
// memory that was never used, and what an arena's metadata is larger.
inline void expect_calls_from_hints(os::Os& system, const HeapOptions& options) {
  std::array<os::TraceRecord, 64> storage;
  os::TraceOs trace(system, storage);
  Heap heap;
  ASSERT_EQ(std::string(heap.init(trace, options).view()), "");
  const port::PortSpec& spec = options.spec;
  const std::uint64_t base = *port::first_hint(spec);
  const std::uint64_t arena = spec.heap_arena_bytes;
  constexpr std::uint64_t kStock = std::uint64_t{256} << 10;  // persistentalloc's
  // Ours has more in it than that of late releases, which keep less there.
  const std::uint64_t most =
      std::max(spec.heap_arena_metadata_bytes / 8 * 9, std::uint64_t{3} << 20);
  const Call metadata{os::Verb::kAlloc, 0, spec.heap_arena_metadata_bytes,
                      most - spec.heap_arena_metadata_bytes};
  expect_calls(trace.records(), {{os::Verb::kAlloc, 0, kStock}}, "init");
  trace.clear();

  const bool maps_late = spec.since(port::Release::k1_17);
  ASSERT_NE(heap.allocate(8), nullptr);
  std::vector<Call> calls = {{os::Verb::kReserve, base, arena}};
  if (!maps_late) calls.push_back({os::Verb::kMap, base, arena});
  calls.push_back({os::Verb::kAlloc, 0, spec.arena_l2_table_bytes});
  calls.push_back(metadata);
  if (maps_late) calls.push_back({os::Verb::kMap, base, spec.heap_growth_unit});
  calls.push_back({os::Verb::kUsed, base, port::kPageSize});
  expect_calls(trace.records(), calls, "the first growth");
  trace.clear();

  // The next span needs nothing else.
  ASSERT_NE(heap.allocate(100), nullptr);
  expect_calls(trace.records(), {{os::Verb::kUsed, base + port::kPageSize, port::kPageSize}},
               "the second span");
  trace.clear();

  // Nor does an object of a span that is there.
  ASSERT_NE(heap.allocate(100), nullptr);
  ASSERT_NE(heap.allocate(8, Scan::kNoscan), nullptr);
  EXPECT_TRUE(trace.records().empty());

  // More than an arena: two follow the first, whose rest is used too.
  const std::uint64_t size = arena + port::kPageSize;
  ASSERT_NE(heap.allocate(static_cast<std::size_t>(size)), nullptr);
  calls = {{os::Verb::kReserve, base + arena, 2 * arena}};
  if (!maps_late) calls.push_back({os::Verb::kMap, base + arena, 2 * arena});
  calls.insert(calls.end(), 2, metadata);
  if (maps_late) {
    const std::uint64_t unit = spec.heap_growth_unit;
    calls.push_back({os::Verb::kMap, base + unit, (size + unit - 1) / unit * unit});
  }
  calls.push_back({os::Verb::kUsed, base + 2 * port::kPageSize, size});
  expect_calls(trace.records(), calls, "the second growth");
}

}  // namespace Atoll::test
