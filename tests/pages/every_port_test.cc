// Every 64-bit port of every release on a system like its own, and on random systems.
#include <gtest/gtest.h>

#include <random>

#include "os/sim/presets.h"
#include "tests/pages/walk.h"

namespace Atoll::pages {
namespace {

namespace presets = os::sim::presets;
using port::Goarch;
using port::Goos;

os::sim::Config system_like(const port::PortSpec& spec) {
  switch (spec.goos) {
    case Goos::kWindows:
      return spec.ptr_size == 4 ? presets::windows_386() : presets::windows_amd64();
    case Goos::kPlan9:
      return spec.ptr_size == 4 ? presets::plan9_386() : presets::plan9_amd64();
    case Goos::kAix:
      return presets::aix_ppc64();
    case Goos::kDarwin:
    case Goos::kIos:
      if (spec.ptr_size == 4) break;  // no longer found in practice: like any 32-bit system
      if (spec.goarch == Goarch::kArm64) {
        return spec.goos == Goos::kIos ? presets::ios_arm64() : presets::darwin_arm64();
      }
      return presets::darwin_amd64();
    case Goos::kJs:
    case Goos::kWasip1:
      return presets::wasm();
    default:
      break;
  }
  if (spec.heap_addr_bits == 31) return presets::linux_mips_2_gib();
  if (spec.ptr_size == 4) return presets::linux_386_4_gib();
  return spec.goarch == Goarch::kArm64 ? presets::linux_arm64() : presets::linux_amd64();
}

TEST(EveryPort, StartsWhereItsReleaseSays) {
  int walked = 0;
  for (const port::Release release : port::kReleases) {
    for (const port::PortRow& row : port::all_ports()) {
      for (const bool race : {false, true}) {
        const port::PortLookup found = port::find_port(release, row.goos, row.goarch, race);
        if (!found) continue;
        SCOPED_TRACE(std::string(name(row.goos)) + "/" + std::string(name(row.goarch)) + " " +
                     std::string(name(release)) + (race ? " race" : ""));
        Walk walk(system_like(found.spec), found.spec);
        walk.arenas.init();
        const Growth first = walk.arenas.grow(1);
        ASSERT_TRUE(first.ok()) << explain(first).view();
        EXPECT_TRUE(first.region.base.is_aligned(found.spec.heap_arena_bytes));
        EXPECT_TRUE(found.spec.is_addressable(first.region.last().value()));
        const auto hint = port::first_usable_hint(found.spec);
        if (hint && walk.machine.honours_hints) {
          EXPECT_EQ(first.region.base, Address(*hint));
        }
        if (found.spec.uses_32_bit_start() && !walk.arenas.arena_range().is_empty()) {
          EXPECT_EQ(first.region.base, walk.arenas.arena_range().base);
        }
        const Growth second = walk.arenas.grow(1);
        ASSERT_TRUE(second.ok()) << explain(second).view();
        EXPECT_FALSE(second.region.overlaps(first.region));
        EXPECT_EQ(walk.sim.misuses(), 0U);
        ++walked;
      }
    }
  }
  EXPECT_GT(walked, 900);
}

// With random obstacles, sizes and failures, regions never overlap, and the heap holds nothing
// else.
TEST(EveryPort, RandomSystemsNeverGetOverlapsOrLeaks) {
  const port::PortSpec spec = port::spec(port::Release::k1_11, Goos::kLinux, Goarch::kAmd64);
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    os::sim::Config config = presets::linux_amd64();
    if (random() % 4 == 0) config.hints = os::sim::Hints::kMoved;
    Walk walk(config, spec);
    walk.arenas.init();
    std::vector<Range> regions;
    std::uint64_t total = 0;
    for (int step = 0; step < 60; ++step) {
      if (random() % 3 == 0) {
        const Address around = regions.empty() ? Address(0xc0'0000'0000) : regions.back().end();
        const Address place = around + random() % 512 * kMiB;
        (void)walk.sim.add_obstacle({place.aligned_down(4096), 4096 * (1 + random() % 16)});
      }
      if (random() % 8 == 0) {
        walk.sim.restart_calls();
        walk.sim.config().failing_call = 1 + random() % 3;
        walk.sim.config().failure = os::Failure::kNoMemory;
      }
      const bool may_fail = walk.sim.config().failing_call != 0;
      const Growth growth = walk.arenas.grow(1 + random() % (300 * kMiB));
      ASSERT_TRUE(growth.ok() || may_fail) << explain(growth).view();
      if (!growth.ok()) continue;
      for (const Range& other : regions) ASSERT_FALSE(other.overlaps(growth.region));
      ASSERT_TRUE(growth.region.base.is_aligned(64 * kMiB));
      regions.push_back(growth.region);
      total += growth.region.size;
      ASSERT_LE(total, walk.sim.bytes_held());
    }
    EXPECT_EQ(walk.sim.misuses(), 0U);
  }
}

}  // namespace
}  // namespace Atoll::pages
