// Page heaps on systems unlike this one: their system calls, and their behaviour when the system
// refuses one.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "os/decorators/trace.h"
#include "tests/pages/page_heap_model.h"
#include "tests/pages/traced.h"
#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::pages {
namespace {

namespace presets = os::sim::presets;
using port::Goarch;
using port::Goos;
using port::kPageSize;
using port::Release;
using test::TouchableWorld;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

// --- Every system. ---

struct Case {
  os::sim::Config preset;
  port::PortSpec spec;
  bool is_sparing = false;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const test::System& system : test::systems_of(
           {Release::k1_11, Release::k1_12, Release::k1_14, Release::k1_17, Release::k1_27})) {
    all.push_back({system.preset, system.spec});
    all.push_back({system.preset, system.spec, /*is_sparing=*/true});
  }
  return all;
}

// One of each kind.
std::vector<Case> some_cases() {
  std::vector<Case> all = {
      {presets::linux_amd64(), linux_amd64(Release::k1_11)},
      {presets::linux_amd64(), linux_amd64(Release::k1_14)},
      {presets::linux_386_3_gib(), port::spec(Release::k1_13, Goos::kLinux, Goarch::k386)},
      {presets::linux_386_3_gib(), port::spec(Release::k1_27, Goos::kLinux, Goarch::k386)},
      {presets::linux_arm64_64k_pages(), port::spec(Release::k1_17, Goos::kLinux, Goarch::kArm64)},
      {presets::windows_amd64(), port::spec(Release::k1_11, Goos::kWindows, Goarch::kAmd64)},
      {presets::windows_386(), port::spec(Release::k1_17, Goos::kWindows, Goarch::k386)},
      {presets::darwin_arm64(), port::spec(Release::k1_16, Goos::kDarwin, Goarch::kArm64)},
      {presets::plan9_amd64(), port::spec(Release::k1_11, Goos::kPlan9, Goarch::kAmd64)},
      {presets::plan9_386(), port::spec(Release::k1_11, Goos::kPlan9, Goarch::k386)},
      {presets::plan9_386(), port::spec(Release::k1_17, Goos::kPlan9, Goarch::k386)},
      {presets::wasm(), port::spec(Release::k1_11, Goos::kJs, Goarch::kWasm)},
      {presets::wasm(), port::spec(Release::k1_26, Goos::kJs, Goarch::kWasm)},
  };
  for (std::size_t i = 0, ordinary = all.size(); i < ordinary; ++i) {
    all.push_back({all[i].preset, all[i].spec, /*is_sparing=*/true});
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return test::name_of({info.param.preset, info.param.spec}) +
         (info.param.is_sparing ? "_sparing" : "");
}

class HeapOn : public ::testing::TestWithParam<Case> {
 protected:
  const os::sim::Config& preset() const { return GetParam().preset; }
  const port::PortSpec& spec() const { return GetParam().spec; }
};

TEST_P(HeapOn, DoesAsItsModelDoesAndLeaksNothing) {
  TouchableWorld world(preset(), spec());
  TestHeap test(world.os(), spec(), {.is_sparing = GetParam().is_sparing});
  ASSERT_TRUE(test.is_made);
  PageHeapModel model(test, 1, 2000);
  model.run(200);
  model.free_all();
  test.end();
  EXPECT_EQ(world.os().bytes_held(), 0U);
  EXPECT_EQ(world.os().misuses(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Systems, HeapOn, ::testing::ValuesIn(cases()), name_of);

class HeapRefusedBy : public HeapOn {};

// The kth system call fails, for every k.
TEST_P(HeapRefusedBy, OneCallGoesOn) {
  std::uint32_t k = 1;
  for (bool has_failed = true; has_failed; ++k) {
    SCOPED_TRACE("call " + std::to_string(k));
    TouchableWorld world(preset(), spec());
    os::FaultInjectionOs faults(world.os());
    // After a failed release, the memory stays reserved: the heap cannot change that.
    faults.only(os::VerbSet(os::Verb::kReserve) | os::Verb::kMap | os::Verb::kUsed |
                os::Verb::kUnused | os::Verb::kAlloc);
    faults.fail_call(k);
    {
      TestHeap test(faults, spec(), {.is_sparing = GetParam().is_sparing});
      if (test.is_made) {
        PageHeapModel model(test, 1, 2000);
        model.may_fail(true);
        const std::uint64_t arena = spec().heap_arena_bytes / kPageSize;
        (void)model.allocate(3, PageUse::kObjects, kPageSize);
        if (arena <= 512) (void)model.allocate(arena + 9, PageUse::kStacks, kPageSize);
        model.run(40);
        has_failed = faults.failed_calls() != 0;
        faults.fail_nothing();
        model.may_fail(false);
        EXPECT_TRUE(model.allocate(5, PageUse::kObjects, kPageSize)) << test.why();
        model.run(10);
        model.free_all();
      }
      faults.fail_nothing();
    }
    EXPECT_EQ(world.os().bytes_held(), 0U);
    EXPECT_EQ(world.os().misuses(), 0U);
    if (HasFailure()) return;
  }
  EXPECT_GT(k, 10U);
}

// All calls from the kth on fail, until the end.
TEST_P(HeapRefusedBy, AllLaterCallsKeepsWhatItHas) {
  for (std::uint32_t k = 1; k < 20; ++k) {
    SCOPED_TRACE("call " + std::to_string(k));
    TouchableWorld world(preset(), spec());
    os::FaultInjectionOs faults(world.os());
    {
      TestHeap test(faults, spec(), {.is_sparing = GetParam().is_sparing});
      ASSERT_TRUE(test.is_made);
      faults.fail_from_call(k);
      PageHeapModel model(test, k, 2000);
      model.may_fail(true);
      model.run(40);
      model.free_all();
      faults.fail_nothing();
    }
    EXPECT_EQ(world.os().misuses(), 0U);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Systems, HeapRefusedBy, ::testing::ValuesIn(some_cases()), name_of);

// --- The calls of the system. ---

TEST(HeapCalls, OfRelease11MapAWholeArenaAtOnce) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_11));
  EXPECT_EQ(run.calls(), Lines());
  Span* const first = run.heap.allocate(1, PageUse::kObjects);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->base, Address(0xc0'0000'0000));
  EXPECT_EQ(run.calls(), (Lines{
                             "reserve(0xc000000000, 64 MiB) -> 0xc000000000",
                             "map(0xc000000000, 64 MiB) -> ok",
                             "alloc(32 MiB)",    // the L2 table
                             "alloc(2112 KiB)",  // the arena's metadata
                             "alloc(256 KiB)",   // for records
                             "used(0xc000000000, 8 KiB) -> ok",
                         }));
  ASSERT_NE(run.heap.allocate(2, PageUse::kObjects), nullptr);
  EXPECT_EQ(run.calls(), Lines{"used(0xc000002000, 16 KiB) -> ok"});
  EXPECT_EQ(run.heap.statistics().mapped, 64 * kMiB);
}

TEST(HeapCalls, OfRelease14GiveTheHeapFourMebibytesAtATime) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_14));
  ASSERT_NE(run.heap.allocate(1, PageUse::kObjects), nullptr);
  const Lines calls = run.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "map(0xc000000000, 64 MiB) -> ok"), 1);
  EXPECT_EQ(run.heap.statistics().mapped, 4 * kMiB);
  ASSERT_NE(run.heap.allocate(512, PageUse::kObjects), nullptr);
  EXPECT_EQ(run.calls(), Lines{"used(0xc000002000, 4 MiB) -> ok"});
  EXPECT_EQ(run.heap.statistics().mapped, 8 * kMiB);
}

TEST(HeapCalls, OfRelease17MapWhatIsNeeded) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_17));
  ASSERT_NE(run.heap.allocate(1, PageUse::kObjects), nullptr);
  EXPECT_EQ(run.calls(), (Lines{
                             "reserve(0xc000000000, 64 MiB) -> 0xc000000000",
                             "alloc(32 MiB)",
                             "alloc(2116 KiB)",
                             "alloc(256 KiB)",
                             "map(0xc000000000, 4 MiB) -> ok",
                             "used(0xc000000000, 8 KiB) -> ok",
                         }));
  // The heap has 4 MiB less a page, and adds no more than the request needs.
  ASSERT_NE(run.heap.allocate(600, PageUse::kObjects), nullptr);
  EXPECT_EQ(run.calls(), (Lines{
                             "map(0xc000400000, 8 MiB) -> ok",
                             "used(0xc000002000, 4800 KiB) -> ok",
                         }));
}

TEST(HeapCalls, OfRelease17UseTheRestOfAnArenaBeforeOneElsewhere) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_17));
  ASSERT_TRUE(run.world.os().add_obstacle({Address(0xc0'0400'0000), 4096}));
  Span* const first = run.heap.allocate(1, PageUse::kObjects);
  ASSERT_NE(first, nullptr);
  (void)run.calls();
  Span* const second = run.heap.allocate(64 * kMiB / kPageSize, PageUse::kObjects);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->base, Address(0x1c0'0000'0000));
  const Lines calls = run.calls();
  const auto rest = std::find(calls.begin(), calls.end(), "map(0xc000400000, 60 MiB) -> ok");
  const auto fresh = std::find(calls.begin(), calls.end(), "map(0x1c000000000, 64 MiB) -> ok");
  EXPECT_NE(rest, calls.end());
  EXPECT_NE(fresh, calls.end());
  EXPECT_LT(rest, fresh);
  EXPECT_EQ(run.heap.statistics().mapped, 128 * kMiB);
  Span* const third = run.heap.allocate(60 * kMiB / kPageSize, PageUse::kObjects);
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(third->base, first->range().end());
  EXPECT_EQ(run.test.check(), "");
}

TEST(HeapCalls, ForARegionThatFoundNoMetadataAreNotRepeated) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_11));
  run.world.os().config().failing_call = 3;
  EXPECT_EQ(run.heap.allocate(1, PageUse::kObjects), nullptr);
  EXPECT_EQ(run.test.why(), "out of memory allocating heap arena metadata");
  EXPECT_EQ(run.calls().back(), "alloc(32 MiB)");
  Span* const span = run.heap.allocate(1, PageUse::kObjects);
  ASSERT_NE(span, nullptr);
  EXPECT_EQ(span->base, Address(0xc0'0000'0000));
  EXPECT_EQ(run.calls(), (Lines{"alloc(32 MiB)", "alloc(2112 KiB)", "alloc(256 KiB)",
                                "used(0xc000000000, 8 KiB) -> ok"}));
}

TEST(HeapCalls, SpanNeighbouringReservationsOfWindows) {
  Traced run(presets::windows_amd64(), port::spec(Release::k1_11, Goos::kWindows, Goarch::kAmd64));
  Span* const first = run.heap.allocate(300, PageUse::kObjects);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->base, Address(0xc0'0000'0000));
  Span* const second = run.heap.allocate(500, PageUse::kObjects);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->base, first->range().end()) << "the next arena lies behind the first";
  run.heap.free(first);
  run.heap.free(second);
  (void)run.calls();
  Span* const all = run.heap.allocate(1024, PageUse::kObjects);
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->base, Address(0xc0'0000'0000));
  EXPECT_EQ(run.calls(), Lines{"used(0xc000640000, 1792 KiB) -> ok"});
  run.test.end();
  EXPECT_EQ(run.world.os().bytes_held(), 0U);
}

TEST(HeapCalls, OfALongerSpanGrowTheHeapAtItsEnd) {
  for (const Release release : {Release::k1_11, Release::k1_17}) {
    Traced run(presets::linux_amd64(), linux_amd64(release));
    Span* const span = run.heap.allocate(1, PageUse::kObjects);
    ASSERT_NE(span, nullptr);
    EXPECT_TRUE(run.heap.extend(span, 3 * 64 * kMiB / kPageSize)) << run.test.why();
    EXPECT_EQ(span->base, Address(0xc0'0000'0000));
    EXPECT_FALSE(span->needs_zero);
    EXPECT_EQ(run.heap.map().span_of(span->range().last()), span);
    EXPECT_EQ(run.test.check(), "");

    const std::uint64_t mapped = run.heap.statistics().mapped;
    Span* const behind = run.heap.allocate(1, PageUse::kObjects);
    ASSERT_NE(behind, nullptr);
    (void)run.calls();
    EXPECT_FALSE(run.heap.extend(span, span->npages + 1));
    EXPECT_EQ(run.calls(), Lines()) << "there is no point in asking";
    EXPECT_GE(run.heap.statistics().mapped, mapped);
  }
}

TEST(HeapCalls, OfALongerSpanEndWhenTheNextArenaIsElsewhere) {
  for (const Release release : {Release::k1_11, Release::k1_17}) {
    Traced run(presets::linux_amd64(), linux_amd64(release));
    Span* const span = run.heap.allocate(64 * kMiB / kPageSize, PageUse::kObjects);
    ASSERT_NE(span, nullptr);
    ASSERT_TRUE(run.world.os().add_obstacle({span->range().end(), 4096}));
    EXPECT_FALSE(run.heap.extend(span, span->npages + 1));
    EXPECT_EQ(span->npages, 64 * kMiB / kPageSize);
    (void)run.calls();
    // The memory that came instead is not lost.
    Span* const other = run.heap.allocate(1, PageUse::kObjects);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(other->base, Address(0x1c0'0000'0000));
    EXPECT_EQ(run.calls(), Lines{"used(0x1c000000000, 8 KiB) -> ok"});
    EXPECT_EQ(run.test.check(), "");
  }
}

TEST(HeapCalls, OfA32BitStartStayInItsReservations) {
  for (const Release release : {Release::k1_11, Release::k1_13, Release::k1_17, Release::k1_26}) {
    SCOPED_TRACE(port::minor_version(release));
    Traced run(presets::linux_386_3_gib(), port::spec(release, Goos::kLinux, Goarch::k386));
    const Range arenas = run.heap.arena_space().arena_range();
    const Range metadata = run.heap.arena_space().metadata_range();
    ASSERT_FALSE(arenas.is_empty());
    Span* const first = run.heap.allocate(1, PageUse::kObjects);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->base, arenas.base);
    Arena* const arena = run.heap.map().arena(first->base);
    EXPECT_TRUE(metadata.contains(run.test.platform.address(arena->alloc_bits)));
    EXPECT_GT(run.test.counters.get(MemoryKind::kGc), 512 * 256U);
    Span* const next = run.heap.allocate(4 * kMiB / kPageSize, PageUse::kObjects);
    ASSERT_NE(next, nullptr);
    EXPECT_EQ(next->base, first->range().end()) << "arenas follow each other";
    EXPECT_TRUE(run.heap.extend(next, next->npages + 8 * kMiB / kPageSize)) << run.test.why();
    EXPECT_TRUE(arenas.contains(next->range()));
    // The request needs more than was reserved.
    Span* const large = run.heap.allocate(560 * kMiB / kPageSize, PageUse::kObjects);
    ASSERT_NE(large, nullptr);
    EXPECT_FALSE(arenas.contains(large->range()));
    EXPECT_EQ(run.test.check(), "");
    run.test.end();
    EXPECT_EQ(run.world.os().bytes_held(), 0U);
    EXPECT_EQ(run.world.os().misuses(), 0U);
  }
}

// --- A system that charges for Ready memory. ---

TEST(HeapCommit, ThatFailsPartwayIsUndone) {
  os::sim::Config config = presets::windows_amd64();
  config.fails_partway = true;
  Traced run(config, port::spec(Release::k1_11, Goos::kWindows, Goarch::kAmd64));
  std::vector<Span*> spans;
  for (const std::uint64_t npages : {4U, 1U, 5U, 1U}) {
    spans.push_back(run.heap.allocate(npages, PageUse::kObjects));
    ASSERT_NE(spans.back(), nullptr);
  }
  run.heap.free(spans[0]);
  run.heap.free(spans[2]);
  EXPECT_GE(run.heap.scavenge_older_than(0), 9 * kPageSize);
  run.heap.free(spans[1]);
  // There are two runs of pages, with a Ready run between them; the system can give only a part of
  // the second.
  const std::uint64_t committed = run.world.os().bytes_committed();
  run.world.os().config().commit_limit = committed + 7 * kPageSize;
  (void)run.calls();
  EXPECT_EQ(run.heap.allocate(10, PageUse::kObjects), nullptr);
  EXPECT_EQ(run.test.why(), "out of memory");
  EXPECT_EQ(run.world.os().bytes_committed(), committed);
  EXPECT_EQ(run.heap.statistics().released, 9 * kPageSize);
  EXPECT_EQ(run.calls(), (Lines{
                             "used(0xc000000000, 32 KiB) -> ok",
                             "used(0xc00000a000, 40 KiB) -> no memory",
                             "unused(0xc000000000, 32 KiB) -> ok",
                             "unused(0xc00000a000, 40 KiB) -> ok",
                         }));
  EXPECT_EQ(run.test.check(), "");
  run.world.os().config().commit_limit = 0;
  EXPECT_NE(run.heap.allocate(10, PageUse::kObjects), nullptr);
}

// --- Pages of the hardware larger than those of the heap. ---

class LargeHardwarePages : public ::testing::TestWithParam<bool> {
 protected:
  static os::sim::Config config() {
    os::sim::Config config = presets::linux_arm64_64k_pages();
    config.decommit_zeroes = GetParam();
    return config;
  }
  LargeHardwarePages() : run_(config(), port::spec(Release::k1_11, Goos::kLinux, Goarch::kArm64)) {}

  std::uint64_t fresh() { return run_.heap.statistics().fresh; }
  std::uint64_t released() { return run_.heap.statistics().released; }

  Traced run_;
};

TEST_P(LargeHardwarePages, BecomeReadyWithTheirFirstPage) {
  Span* const first = run_.heap.allocate(1, PageUse::kObjects);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(run_.calls().back(), "used(0x4000000000, 64 KiB) -> ok");
  EXPECT_EQ(fresh(), 64 * kMiB - kPageSize);
  Span* const second = run_.heap.allocate(7, PageUse::kObjects);
  EXPECT_EQ(run_.calls(), Lines());
  EXPECT_FALSE(second->needs_zero);
  Span* const third = run_.heap.allocate(9, PageUse::kObjects);
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(run_.calls(), Lines{"used(0x4000010000, 128 KiB) -> ok"});
  EXPECT_EQ(run_.test.check(), "");
}

TEST_P(LargeHardwarePages, AreReleasedWhenAllOfTheirPagesAreFree) {
  Span* const first = run_.heap.allocate(5, PageUse::kObjects);
  Span* const second = run_.heap.allocate(5, PageUse::kObjects);
  ASSERT_NE(second, nullptr);
  (void)run_.calls();
  run_.heap.free(second);
  EXPECT_EQ(run_.heap.scavenge_older_than(0), 64 * kKiB) << "the one that was wholly its own";
  EXPECT_EQ(run_.calls(), Lines{"unused(0x4000010000, 64 KiB) -> ok"});
  EXPECT_EQ(released(), 2 * kPageSize);
  EXPECT_EQ(run_.heap.scavenge_bytes(1), 0U);
  run_.heap.free(first);
  EXPECT_EQ(run_.heap.scavenge_bytes(1), 64 * kKiB);
  EXPECT_EQ(run_.calls(), Lines{"unused(0x4000000000, 64 KiB) -> ok"});
  EXPECT_EQ(released(), 10 * kPageSize);
  EXPECT_EQ(run_.test.check(), "");

  Span* const again = run_.heap.allocate(10, PageUse::kObjects);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->needs_zero, !GetParam());
  EXPECT_EQ(released(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Decommit, LargeHardwarePages, ::testing::Bool(),
                         [](const auto& zeroes) { return zeroes.param ? "zeroes" : "may_keep"; });

// --- Time. ---

TEST(Scavenging, GivesBackWhatHasBeenFreeForLongEnough) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_12));
  run.world.os().config().time_step = 0;
  run.world.os().set_time(1000);
  Span* const first = run.heap.allocate(4, PageUse::kObjects);
  ASSERT_NE(run.heap.allocate(1, PageUse::kObjects), nullptr);
  Span* const second = run.heap.allocate(2, PageUse::kObjects);
  ASSERT_NE(run.heap.allocate(1, PageUse::kObjects), nullptr);
  run.heap.free(first);
  run.world.os().set_time(2000);
  run.heap.free(second);
  EXPECT_EQ(run.heap.scavenge_older_than(1001), 0U);
  EXPECT_EQ(run.heap.scavenge_older_than(1000), 4 * kPageSize);
  EXPECT_EQ(run.heap.scavenge_older_than(1000), 0U);
  EXPECT_EQ(run.heap.scavenge_older_than(0), 2 * kPageSize);
  EXPECT_EQ(run.heap.statistics().released, 6 * kPageSize);
}

TEST(Scavenging, TakesTheLargestSpansFirst) {
  Traced run(presets::linux_amd64(), linux_amd64(Release::k1_11));
  std::vector<Span*> spans;
  for (const std::uint64_t npages : {3U, 9U, 200U, 5U}) {
    spans.push_back(run.heap.allocate(npages, PageUse::kStacks));
    ASSERT_NE(run.heap.allocate(1, PageUse::kObjects), nullptr);
  }
  for (Span* span : spans) run.heap.free(span);
  EXPECT_EQ(run.heap.scavenge_bytes(0), 0U);
  EXPECT_EQ(run.heap.scavenge_bytes(1), 200 * kPageSize);
  EXPECT_EQ(run.heap.scavenge_bytes(10 * kPageSize), 14 * kPageSize);
  EXPECT_EQ(run.heap.scavenge_bytes(1000 * kPageSize), 3 * kPageSize);
  EXPECT_EQ(run.heap.scavenge_bytes(1000 * kPageSize), 0U);
}

TEST(Scavenging, AsksNoSystemThatCannotShrink) {
  Traced run(presets::wasm(), port::spec(Release::k1_24, Goos::kJs, Goarch::kWasm));
  run.heap.free(run.heap.allocate(20, PageUse::kObjects));
  (void)run.calls();
  EXPECT_EQ(run.heap.scavenge_older_than(0), 0U);
  EXPECT_EQ(run.heap.scavenge_bytes(1), 0U);
  EXPECT_EQ(run.calls(), Lines());
}

}  // namespace
}  // namespace Atoll::pages
