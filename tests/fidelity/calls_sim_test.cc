// The same over simulated systems: by the rules for every system and release, and word for word
// for some.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "os/sim/presets.h"
#include "tests/fidelity/call_rules.h"
#include "tests/fidelity/traced_heap.h"
#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

namespace presets = os::sim::presets;
using port::Goarch;
using port::Goos;
using port::Release;

std::string name_of(const os::sim::Config& preset, Release release) {
  return std::string(preset.name) + "_" + test::name_of(release);
}

// --- By the rules. ---

struct RuleCase {
  os::sim::Config preset;
  port::PortSpec spec;

  friend std::ostream& operator<<(std::ostream& out, const RuleCase& tested) {
    return out << name_of(tested.preset, tested.spec.release);
  }
};

std::vector<RuleCase> every_rule_case() {
  std::vector<RuleCase> cases;
  for (const System& system : kSystems) {
    for (const Release release : port::kReleases) {
      const port::PortSpec& spec = system.spec;
      if (!port::has_port(release, spec.goos, spec.goarch)) continue;
      cases.push_back({system.preset, port::spec(release, spec.goos, spec.goarch)});
    }
  }
  return cases;
}

class SimCalls : public testing::TestWithParam<RuleCase> {};

TEST_P(SimCalls, AreThoseOfGo) {
  TouchableWorld world(GetParam().preset, GetParam().spec);
  const auto heap = std::make_unique<TracedHeap>(world.os(), GetParam().spec);
  ASSERT_EQ(heap->failure(), "");
  CallRules rules(*heap);
  rules.init();
  rules.end();
  ASSERT_NE(heap->heap().allocate(100), nullptr);
  const Range region = rules.first_growth();
  rules.end();
  ASSERT_NE(heap->heap().allocate(static_cast<std::size_t>(region.size)), nullptr);
  rules.second_growth(region);
  rules.end();
}

INSTANTIATE_TEST_SUITE_P(EverySystem, SimCalls, testing::ValuesIn(every_rule_case()),
                         [](const auto& tested) {
                           return name_of(tested.param.preset, tested.param.spec.release);
                         });

// --- Word for word. ---

struct ScriptCase {
  os::sim::Config preset;
  Goos goos;
  Goarch goarch;
  Release release;
  std::string_view init;
  std::string_view first;   // the growth for a small object
  std::string_view second;  // the growth for an object of the size of an arena

  friend std::ostream& operator<<(std::ostream& out, const ScriptCase& tested) {
    return out << name_of(tested.preset, tested.release);
  }
};

const std::vector<ScriptCase> kScripts = {
    {presets::linux_amd64(), Goos::kLinux, Goarch::kAmd64, Release::k1_11, "alloc(256 KiB)\n",
     "reserve(0xc000000000, 64 MiB)\n"
     "map(0xc000000000, 64 MiB)\n"
     "alloc(32 MiB)\n"
     "alloc(2112 KiB)\n"
     "used(0xc000000000, 8 KiB)\n",
     "reserve(0xc004000000, 64 MiB)\n"
     "map(0xc004000000, 64 MiB)\n"
     "alloc(2112 KiB)\n"
     "used(0xc000002000, 64 MiB)\n"},
    // Mapped by chunks of 4 MiB, when they are needed.
    {presets::linux_amd64(), Goos::kLinux, Goarch::kAmd64, Release::k1_17, "alloc(256 KiB)\n",
     "reserve(0xc000000000, 64 MiB)\n"
     "alloc(32 MiB)\n"
     "alloc(2116 KiB)\n"
     "map(0xc000000000, 4 MiB)\n"
     "used(0xc000000000, 8 KiB)\n",
     "reserve(0xc004000000, 64 MiB)\n"
     "alloc(2116 KiB)\n"
     "map(0xc000400000, 64 MiB)\n"
     "used(0xc000002000, 64 MiB)\n"},
    // 258 MiB for metadata, of which an arena takes 264192 bytes; 512 MiB and what aligning did not
    // need for arenas.
    {presets::linux_386_3_gib(), Goos::kLinux, Goarch::k386, Release::k1_11,
     "alloc(256 KiB)\n"
     "reserve(null, 258 MiB)\n"
     "reserve(0x8400000, 516 MiB)\n",
     "map(0x8400000, 4 MiB)\n"
     "map(0xa7dbe000, 260 KiB)\n"
     "used(0xa7dbe000, 260 KiB)\n"
     "used(0x8400000, 8 KiB)\n",
     "map(0x8800000, 4 MiB)\n"
     "map(0xa7dff000, 256 KiB)\n"
     "used(0xa7dff000, 256 KiB)\n"
     "used(0x8402000, 4 MiB)\n"},
    // The reservation makes its arenas Ready.
    {presets::linux_386_3_gib(), Goos::kLinux, Goarch::k386, Release::k1_13,
     "alloc(256 KiB)\n"
     "reserve(null, 264320 KiB)\n"
     "reserve(0x8400000, 516 MiB)\n",
     "map(0x8400000, 4 MiB)\n"
     "used(0x8400000, 4 MiB)\n"
     "map(0xa7d9e000, 260 KiB)\n"
     "used(0xa7d9e000, 260 KiB)\n"
     "used(0x8400000, 8 KiB)\n",
     "map(0x8800000, 4 MiB)\n"
     "used(0x8800000, 4 MiB)\n"
     "map(0xa7ddf000, 260 KiB)\n"
     "used(0xa7ddf000, 260 KiB)\n"
     "used(0x8402000, 4 MiB)\n"},
    {presets::linux_arm64(), Goos::kLinux, Goarch::kArm64, Release::k1_11, "alloc(256 KiB)\n",
     "reserve(0x4000000000, 64 MiB)\n"
     "map(0x4000000000, 64 MiB)\n"
     "alloc(32 MiB)\n"
     "alloc(2112 KiB)\n"
     "used(0x4000000000, 8 KiB)\n",
     "reserve(0x4004000000, 64 MiB)\n"
     "map(0x4004000000, 64 MiB)\n"
     "alloc(2112 KiB)\n"
     "used(0x4000002000, 64 MiB)\n"},
    // Two levels of the arena map, of which the second has 8 MiB for each of the first.
    {presets::windows_amd64(), Goos::kWindows, Goarch::kAmd64, Release::k1_11, "alloc(256 KiB)\n",
     "reserve(0xc000000000, 4 MiB)\n"
     "map(0xc000000000, 4 MiB)\n"
     "alloc(8 MiB)\n"
     "alloc(132 KiB)\n"
     "used(0xc000000000, 8 KiB)\n",
     "reserve(0xc000400000, 4 MiB)\n"
     "map(0xc000400000, 4 MiB)\n"
     "alloc(132 KiB)\n"
     "used(0xc000002000, 4 MiB)\n"},
    // Pages of 16 KiB.
    {presets::darwin_arm64(), Goos::kDarwin, Goarch::kArm64, Release::k1_11, "alloc(256 KiB)\n",
     "reserve(0x130000000, 64 MiB)\n"
     "map(0x130000000, 64 MiB)\n"
     "alloc(32 MiB)\n"
     "alloc(2112 KiB)\n"
     "used(0x130000000, 16 KiB)\n",
     "reserve(0x134000000, 64 MiB)\n"
     "map(0x134000000, 64 MiB)\n"
     "alloc(2112 KiB)\n"
     "used(0x130004000, 64 MiB)\n"},
    // 33 bits of address: the arena map has 1 KiB, which comes from the chunk.
    {presets::darwin_arm64(), Goos::kDarwin, Goarch::kArm64, Release::k1_15, "alloc(256 KiB)\n",
     "reserve(0x130000000, 64 MiB)\n"
     "map(0x130000000, 64 MiB)\n"
     "alloc(2128 KiB)\n"
     "used(0x130000000, 16 KiB)\n",
     "reserve(0x134000000, 64 MiB)\n"
     "map(0x134000000, 64 MiB)\n"
     "alloc(2128 KiB)\n"
     "used(0x130004000, 64 MiB)\n"},
    // The Mac.
    {presets::darwin_arm64(), Goos::kDarwin, Goarch::kArm64, Release::k1_16, "alloc(256 KiB)\n",
     "reserve(0x4000000000, 64 MiB)\n"
     "map(0x4000000000, 64 MiB)\n"
     "alloc(32 MiB)\n"
     "alloc(2128 KiB)\n"
     "used(0x4000000000, 16 KiB)\n",
     "reserve(0x4004000000, 64 MiB)\n"
     "map(0x4004000000, 64 MiB)\n"
     "alloc(2128 KiB)\n"
     "used(0x4000004000, 64 MiB)\n"},
    // No hint has a place in 32 bits. The hint below the first arenas is at null, where the system
    // takes it for a wish for any place.
    {presets::wasm(), Goos::kJs, Goarch::kWasm, Release::k1_13, "alloc(256 KiB)\n",
     "reserve(null, 8 MiB)\n"
     "release(0x160000, 2688 KiB)\n"
     "release(0x800000, 1408 KiB)\n"
     "map(0x400000, 4 MiB)\n"
     "alloc(192 KiB)\n"
     "used(0x400000, 64 KiB)\n",
     "reserve(0x800000, 4 MiB)\n"
     "reserve(null, 4 MiB)\n"
     "release(0x960000, 4 MiB)\n"
     "reserve(null, 8 MiB)\n"
     "release(0xd60000, 2688 KiB)\n"
     "release(0x1400000, 1408 KiB)\n"
     "map(0x1000000, 4 MiB)\n"
     "alloc(192 KiB)\n"
     "used(0x1000000, 4 MiB)\n"},
};

class SimCallScripts : public testing::TestWithParam<ScriptCase> {};

std::string new_calls(const TracedHeap& heap, std::size_t* seen) {
  std::string text;
  for (; *seen < heap.calls().size(); ++*seen) text += text_of(heap.calls()[*seen]) + "\n";
  return text;
}

TEST_P(SimCallScripts, AreThoseOfGo) {
  const ScriptCase& script = GetParam();
  const port::PortSpec spec = port::spec(script.release, script.goos, script.goarch);
  TouchableWorld world(script.preset, spec);
  const auto heap = std::make_unique<TracedHeap>(world.os(), spec);
  ASSERT_EQ(heap->failure(), "");
  std::size_t seen = 0;
  EXPECT_EQ(new_calls(*heap, &seen), script.init);
  ASSERT_NE(heap->heap().allocate(100), nullptr);
  EXPECT_EQ(new_calls(*heap, &seen), script.first);
  ASSERT_NE(heap->heap().allocate(static_cast<std::size_t>(spec.heap_arena_bytes)), nullptr);
  EXPECT_EQ(new_calls(*heap, &seen), script.second);
}

INSTANTIATE_TEST_SUITE_P(Systems, SimCallScripts, testing::ValuesIn(kScripts),
                         [](const auto& tested) {
                           return name_of(tested.param.preset, tested.param.release);
                         });

// Plan 9 honours none of the hints: the heap asks for all of them in turn, once.
TEST(SimCallsOfPlan9, AskForEveryHintOnce) {
  const port::PortSpec spec = port::spec(Release::k1_11, Goos::kPlan9, Goarch::kAmd64);
  TouchableWorld world(presets::plan9_amd64(), spec);
  const auto heap = std::make_unique<TracedHeap>(world.os(), spec);
  ASSERT_NE(heap->heap().allocate(100), nullptr);
  std::size_t seen = 0;
  std::string expected = "alloc(256 KiB)\n";
  for (std::uint64_t i = 0; i < 128; ++i) {
    os::TraceRecord call;
    call.address = Address(i << 40 | 0xc0'0000'0000);
    call.size = 64 << 20;
    expected += text_of(call) + "\n";
  }
  expected +=
      "reserve(null, 128 MiB)\n"
      "release(0x4e2000, 60536 KiB)\n"
      "release(0x8000000, 5000 KiB)\n"
      "map(0x4000000, 64 MiB)\n"
      "alloc(32 MiB)\n"
      "alloc(2112 KiB)\n"
      "used(0x4000000, 8 KiB)\n";
  EXPECT_EQ(new_calls(*heap, &seen), expected);
}

}  // namespace
}  // namespace Atoll::test
