// The same over simulated systems, with the ports' own hints and arenas.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "os/sim/presets.h"
#include "tests/fidelity/script.h"
#include "tests/fidelity/traced_heap.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

namespace presets = os::sim::presets;
using port::Goarch;
using port::Goos;
using port::Release;

struct Case {
  os::sim::Config preset;
  Goos goos;
  Goarch goarch;
  Release release;
  // Where the first object lies, if that is known before the heap runs.
  std::optional<std::uint64_t> first;

  std::string name() const { return std::string(preset.name) + "_" + name_of(release); }
  friend std::ostream& operator<<(std::ostream& out, const Case& tested) {
    return out << tested.name();
  }
};

std::vector<Case> every_case() {
  std::vector<Case> cases;
  for (const Release release : kTestedReleases) {
    cases.push_back(
        {presets::linux_amd64(), Goos::kLinux, Goarch::kAmd64, release, 0xc0'0000'0000});
    cases.push_back(
        {presets::linux_arm64(), Goos::kLinux, Goarch::kArm64, release, 0x40'0000'0000});
    cases.push_back(
        {presets::windows_amd64(), Goos::kWindows, Goarch::kAmd64, release, 0xc0'0000'0000});
    // The iPhone up to 1.15, the Mac from 1.16.
    cases.push_back({presets::darwin_arm64(), Goos::kDarwin, Goarch::kArm64, release,
                     release < Release::k1_16 ? 0x1'3000'0000 : 0x40'0000'0000});
    // Behind the data, the break and 256 KiB: 0x80d3000 + 0x40000, rounded up to 4 MiB.
    cases.push_back({presets::linux_386_3_gib(), Goos::kLinux, Goarch::k386, release, 0x840'0000});
    // Linear memory: wherever it ends, rounded up to an arena.
    cases.push_back({presets::plan9_amd64(), Goos::kPlan9, Goarch::kAmd64, release, {}});
    cases.push_back({presets::wasm(), Goos::kJs, Goarch::kWasm, release, {}});
  }
  std::erase_if(cases, [](const Case& c) { return !port::has_port(c.release, c.goos, c.goarch); });
  return cases;
}

class SimAddresses : public testing::TestWithParam<Case> {
 protected:
  SimAddresses()
      : spec_(port::spec(GetParam().release, GetParam().goos, GetParam().goarch)),
        world_(GetParam().preset, spec_) {}

  port::PortSpec spec_;
  TouchableWorld world_;
};

TEST_P(SimAddresses, AreThoseOfGo) {
  const auto heap = std::make_unique<TracedHeap>(world_.os(), spec_);
  expect_addresses(*heap, static_cast<unsigned>(GetParam().release));
}

TEST_P(SimAddresses, BeginWhereThePortSays) {
  const auto heap = std::make_unique<TracedHeap>(world_.os(), spec_);
  ASSERT_EQ(heap->failure(), "");
  const Address first = heap->address(heap->heap().allocate(1000));
  ASSERT_FALSE(first.is_null());
  EXPECT_TRUE(first.is_aligned(spec_.heap_arena_bytes));
  EXPECT_EQ(first.value(), GetParam().first.value_or(first.value()));
}

INSTANTIATE_TEST_SUITE_P(EveryPort, SimAddresses, testing::ValuesIn(every_case()),
                         [](const auto& tested) { return tested.param.name(); });

}  // namespace
}  // namespace Atoll::test
