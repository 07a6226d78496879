// The comparison with the port model, over calls that real programs were seen to make.

#include "tools/atoll/observe/watch/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace Atoll::observe {
namespace {

using port::PortSpec;
using enum port::Release;

constexpr std::uint64_t kMiB = 1 << 20;

Call map(std::uint64_t address, std::uint64_t size, bool is_accessible, bool is_fixed,
         std::optional<std::uint64_t> result) {
  Call call;
  call.address = address;
  call.size = size;
  call.is_accessible = is_accessible;
  call.is_fixed = is_fixed;
  call.result = result;
  if (!result) call.error = "ENOMEM";
  return call;
}

Call reserve(std::uint64_t address, std::uint64_t size, std::optional<std::uint64_t> result) {
  return map(address, size, false, false, result);
}

Call allocate(std::uint64_t size, std::uint64_t result) {
  return map(0, size, true, false, result);
}

Call commit(std::uint64_t address, std::uint64_t size) {
  return map(address, size, true, true, address);
}

Call other(CallKind kind, std::uint64_t address, std::optional<std::uint64_t> result = {}) {
  Call call;
  call.kind = kind;
  call.address = address;
  call.result = result;
  return call;
}

Watched started(std::vector<Call> calls) {
  Watched watched;
  watched.calls = std::move(calls);
  watched.heap_stands = true;
  watched.ending = Ending::kHeapStands;
  return watched;
}

// The first check that fails.
std::string failure_of(const Comparison& comparison) {
  const auto found = std::ranges::find(comparison.checks, false, &tool::Check::ok);
  return found == comparison.checks.end() ? "" : found->name + ": " + found->why;
}

PortSpec linux_port(port::Release release, port::Goarch goarch) {
  return spec(release, port::Goos::kLinux, goarch);
}

// esbuild 0.0.2.
std::vector<Call> calls_of_1_12() {
  return {allocate(256 << 10, 0x7f360cd06000), reserve(0xc000000000, 64 * kMiB, 0xc000000000),
          commit(0xc000000000, 64 * kMiB),     allocate(32 * kMiB, 0x7f360ac00000),
          allocate(2164736, 0x7f360a9ef000),   other(CallKind::kThread, 0xc000046000)};
}

TEST(Compare, AgreesWithAProgramWithoutSummaries) {
  const Comparison comparison =
      compare(linux_port(k1_12, port::Goarch::kAmd64), started(calls_of_1_12()), {});
  EXPECT_EQ(failure_of(comparison), "");
  EXPECT_EQ(comparison.first_arena, 0xc000000000U);
  EXPECT_EQ(comparison.hint_index, 0U);
  // The next releases have larger metadata; 1.14 has summaries.
  EXPECT_EQ(
      failure_of(compare(linux_port(k1_11, port::Goarch::kAmd64), started(calls_of_1_12()), {})),
      "arena's metadata: no mapping of 2112 KiB behind the arena's");
  EXPECT_EQ(
      failure_of(compare(linux_port(k1_14, port::Goarch::kAmd64), started(calls_of_1_12()), {})),
      "page summaries: no reservation of 128 KiB in this order");
}

// esbuild 0.28.2, with the arena and the chunk inside of it that are given.
std::vector<Call> calls_of_1_26(std::uint64_t arena, std::uint64_t skipped) {
  return {allocate(256 << 10, 0x7f6b71c8a000),    reserve(0, 128 << 10, 0x7f6b71c6a000),
          reserve(0, kMiB, 0x7f6b71b6a000),       reserve(0, 8 * kMiB, 0x7f6b71200000),
          reserve(0, 64 * kMiB, 0x7f6b6d200000),  reserve(0, 512 * kMiB, 0x7f6b4d200000),
          reserve(0, 512 * kMiB, 0x7f6b2d200000), reserve(arena, 64 * kMiB, arena),
          allocate(32 * kMiB, 0x7f6b2b200000),    allocate(69648, 0x7f6b71b58000),
          commit(arena + skipped, 4 * kMiB),      other(CallKind::kThread, arena + 0x178000)};
}

TEST(Compare, FindsTheSeedOfARandomBase) {
  const PortSpec spec = linux_port(k1_26, port::Goarch::kAmd64);
  const Comparison comparison =
      compare(spec, started(calls_of_1_26(0x3a7bb0000000, 12 * kMiB)), {});
  EXPECT_EQ(failure_of(comparison), "");
  ASSERT_TRUE(comparison.seed.has_value());
  EXPECT_EQ(first_hint(spec, {.random_seed = comparison.seed}), 0x3a7bb0000000U);
  EXPECT_EQ(randomized_first_growth(spec, *comparison.seed).base_bits, 12 * kMiB);
  EXPECT_EQ(failure_of(compare(spec, started(calls_of_1_26(0x400000000000, 0)), {})),
            "random base: there is no wish for a multiple of 64 MiB below 0x400000000000");
  EXPECT_EQ(failure_of(compare(spec, started(calls_of_1_26(0x3a7bb0000000, 8192)), {})),
            "first growth: 4 MiB at 0x3a7bb0002000, 8 KiB behind the arena's beginning, by the "
            "seed's next bits");
}

TEST(Compare, ChecksAllHintsOfARandomBase) {
  const PortSpec spec = linux_port(k1_26, port::Goarch::kAmd64);
  std::vector<Call> calls = calls_of_1_26(0x3a7bb0000000, 0);
  const port::ArenaHints hints =
      arena_hints(spec, {.random_seed = seed_of_base(spec, 0x3a7bb0000000)});
  calls[7].result = 0x7f0000000000;
  calls[7].in_the_way = "3a7bb0000000-3a7bb0001000 [heap]";
  calls.insert(calls.begin() + 8, reserve(hints.main[1], 64 * kMiB, hints.main[1]));
  calls[11] = commit(hints.main[1], 4 * kMiB);
  const Comparison comparison = compare(spec, started(calls), {});
  EXPECT_EQ(failure_of(comparison), "");
  EXPECT_EQ(comparison.hint_index, 1U);
  calls[8].address += 64 * kMiB;
  EXPECT_TRUE(failure_of(compare(spec, started(calls), {})).starts_with("hints: hint 1 is"));
}

// A small program of Debian's Go 1.19.8.
std::vector<Call> calls_of_386(std::uint64_t arenas) {
  return {allocate(256 << 10, 0xf7f7e000),
          reserve(0, 12288, 0xf7f7b000),
          commit(0xf7f7b000, 12288),
          reserve(0, 270737408, 0xe7d49000),
          other(CallKind::kBreak, 0, 0x965d000),
          reserve(arenas, 516 * kMiB, arenas),
          allocate(4096, 0xe7d48000),
          commit(0xe7d49000, 266240),
          commit(arenas, 4 * kMiB),
          other(CallKind::kThread, arenas + 0x3fff0)};
}

TEST(Compare, KnowsThe32BitStart) {
  const PortSpec spec = linux_port(k1_19, port::Goarch::k386);
  const Comparison comparison = compare(spec, started(calls_of_386(0x9800000)), {});
  EXPECT_EQ(failure_of(comparison), "");
  EXPECT_EQ(comparison.first_arena, 0x9800000U);
  EXPECT_FALSE(comparison.hint_index.has_value());
  EXPECT_TRUE(failure_of(compare(spec, started(calls_of_386(0x9c00000)), {}))
                  .starts_with("32-bit start: the break is 0x965d000, so 512 MiB at 0x9800000"));
}

TEST(Compare, CallsAHintThatNothingStandsInTheWayOfUnexplained) {
  const PortSpec spec = linux_port(k1_12, port::Goarch::kAmd64);
  std::vector<Call> calls = calls_of_1_12();
  calls[1].result = 0x7f0000000000;
  calls.insert(calls.begin() + 2, reserve(0x1c000000000, 64 * kMiB, 0x1c000000000));
  calls[3] = commit(0x1c000000000, 64 * kMiB);
  EXPECT_EQ(failure_of(compare(spec, started(calls), {})),
            "hints: hint 1, 0x1c000000000, was honoured; those before it were not: hint 0: the "
            "system chose 0x7f0000000000");
}

TEST(Compare, ExplainsASystemWithoutRoomForAnyHint) {
  const PortSpec spec = linux_port(k1_12, port::Goarch::kAmd64);
  std::vector<Call> calls = {allocate(256 << 10, 0x3fb0000000)};
  for (const std::uint64_t hint : arena_hints(spec).main) {
    calls.push_back(reserve(hint, 64 * kMiB, 0x3fa0001000));
  }
  calls.push_back(reserve(0, 128 * kMiB, 0x3fa0001000));
  calls.push_back(commit(0x3fa4000000, 64 * kMiB));
  calls.push_back(allocate(32 * kMiB, 0x3f90000000));
  calls.push_back(allocate(2164736, 0x3f80000000));
  const Comparison comparison = compare(spec, started(calls), {});
  EXPECT_EQ(failure_of(comparison), "");
  EXPECT_EQ(comparison.first_arena, 0x3fa4000000U);
  EXPECT_EQ(comparison.hints_tried, 128U);
  const auto walk = std::ranges::find(comparison.checks, "hints", &tool::Check::name);
  EXPECT_EQ(walk->why,
            "none of 128 was honoured: hint 0: beyond the 38 bits of address that this system "
            "showed; the system chose 0x3fa4000000");
}

}  // namespace
}  // namespace Atoll::observe
