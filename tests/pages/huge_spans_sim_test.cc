// Spans as long as several arenas, in sparing heaps over every simulated system.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "os/sim/presets.h"
#include "tests/pages/huge_spans_model.h"
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
constexpr std::uint64_t kGiB = 1024 * kMiB;

std::string name_of(const ::testing::TestParamInfo<test::System>& info) {
  return test::name_of(info.param);
}

class HugeSpansOn : public ::testing::TestWithParam<test::System> {};

TEST_P(HugeSpansOn, DoAsTheirModelDoes) {
  constexpr std::uint64_t kArenas = 14;
  for (const bool is_bounded : {false, true}) {
    TouchableWorld world(GetParam().preset, GetParam().spec);
    TestHeap test(world.os(), GetParam().spec, {.is_sparing = true, .is_bounded = is_bounded});
    ASSERT_TRUE(test.is_made);
    HugeSpansModel model(test, is_bounded ? 2 : 1, kArenas);
    ASSERT_TRUE(model.allocate((kArenas - 2) * GetParam().spec.pages_per_arena));
    model.run(50);
    EXPECT_GT(model.stand_ins(), 1);
    model.free_all();
    test.end();
    EXPECT_EQ(world.os().bytes_held(), 0U);
    EXPECT_EQ(world.os().misuses(), 0U);
  }
}

// The kth system call fails, for every k.
TEST_P(HugeSpansOn, GoOnWhenACallFails) {
  bool has_failed = true;
  for (std::uint32_t k = 1; has_failed && !HasFailure(); ++k) {
    SCOPED_TRACE("call " + std::to_string(k));
    TouchableWorld world(GetParam().preset, GetParam().spec);
    os::FaultInjectionOs faults(world.os());
    // A refused hint may leave some ports without any place.
    faults.only(os::VerbSet(os::Verb::kMap) | os::Verb::kUsed | os::Verb::kUnused |
                os::Verb::kAlloc);
    faults.fail_call(k);
    TestHeap test(faults, GetParam().spec, {.is_sparing = true});
    if (test.is_made) {
      HugeSpansModel model(test, k, 10);
      model.may_fail(true);
      (void)model.allocate(8 * GetParam().spec.pages_per_arena);
      model.run(12);
      has_failed = faults.failed_calls() != 0;
      faults.fail_nothing();
      model.may_fail(false);
      EXPECT_TRUE(model.allocate(5)) << test.why();
      model.run(2);
      model.free_all();
    }
    faults.fail_nothing();
    test.end();
    EXPECT_EQ(world.os().bytes_held(), 0U);
    EXPECT_EQ(world.os().misuses(), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Systems, HugeSpansOn,
                         ::testing::ValuesIn(test::systems_of({Release::k1_11, Release::k1_27})),
                         name_of);

class Huge : public Traced {
 public:
  Huge() : Traced(presets::linux_amd64(), linux_amd64(), {.is_sparing = true}) {}

  Arena* arena(Address address) { return heap.map().arena(address); }
  bool stands_in(Address address) { return arena(address)->stands_in(); }
};

// The heap touches hardly more than half of what this counts.
TEST(HugeSpan, CostsMetadataForItsEndsOnly) {
  Huge run;
  ASSERT_NE(run.allocate(1), nullptr);
  const std::uint64_t before = run.gc_bytes();
  Span* const span = run.allocate(8 * kGiB);
  ASSERT_NE(span, nullptr) << run.test.why();
  EXPECT_LT(run.gc_bytes() - before, 450 * kKiB);
  const std::uint64_t made = run.gc_bytes();
  for (int i = 0; i < 10; ++i) {
    run.heap.free(span);
    EXPECT_EQ(run.allocate(8 * kGiB), span);
  }
  EXPECT_EQ(run.gc_bytes(), made) << "the second time all is there";
  EXPECT_EQ(run.heap.map().span_of(span->base + 5 * kGiB), span);
  EXPECT_TRUE(run.stands_in(span->base + 5 * kGiB));
}

TEST(HugeSpan, SharesNothingWithAnother) {
  Huge run;
  Span* const first = run.allocate(kGiB);
  Span* const second = run.allocate(kGiB);
  ASSERT_NE(second, nullptr);
  const Address inside = first->base + kGiB / 2;
  EXPECT_EQ(run.heap.map().object_span_of(inside), first);
  EXPECT_EQ(run.heap.map().object_span_of(second->base + kGiB / 2), second);
  EXPECT_NE(first->stand_in, second->stand_in);
  run.heap.free(first);
  EXPECT_EQ(run.heap.map().object_span_of(inside), nullptr);
  EXPECT_EQ(run.heap.map().object_span_of(second->base + kGiB / 2), second);
  EXPECT_EQ(run.test.check(), "");
}

// Each arena gets metadata of its own when a span first ends or begins in it, and not before.
TEST(HugeSpan, IsSplitWhereItIsCut) {
  Huge run;
  Span* const span = run.allocate(kGiB + 24 * kKiB);
  ASSERT_NE(span, nullptr);
  const Address base = span->base;
  ASSERT_TRUE(run.heap.truncate(span, 512 * kMiB / kPageSize)) << "to a border of arenas";
  const Address cut = base + 512 * kMiB;
  EXPECT_FALSE(run.stands_in(cut - 1));
  EXPECT_FALSE(run.stands_in(cut));
  EXPECT_TRUE(run.stands_in(cut - 65 * kMiB));
  EXPECT_TRUE(run.stands_in(cut + 65 * kMiB));
  EXPECT_NE(run.arena(cut - 65 * kMiB), run.arena(cut + 65 * kMiB));
  EXPECT_EQ(run.heap.map().object_span_of(cut - 1), span);
  EXPECT_EQ(run.heap.map().object_span_of(cut + 65 * kMiB), nullptr);
  EXPECT_EQ(run.test.check(), "");

  // Allocates small spans in the part that was cut off.
  Span* const small = run.allocate(64 * kKiB);
  ASSERT_NE(small, nullptr);
  EXPECT_EQ(small->base, cut);
  EXPECT_TRUE(small->needs_zero) << "its pages were in use";
  EXPECT_TRUE(run.stands_in(cut + 65 * kMiB));
  EXPECT_FALSE(run.heap.extend(span, span->npages + 1));
  run.heap.free(small);
  EXPECT_TRUE(run.heap.extend(span, kGiB / kPageSize));
  EXPECT_EQ(run.arena(cut + 65 * kMiB), run.arena(cut - 65 * kMiB));
  EXPECT_EQ(run.heap.map().object_span_of(cut + 65 * kMiB), span);
  EXPECT_EQ(run.test.check(), "");

  // No arena lies inside any more.
  ASSERT_TRUE(run.heap.truncate(span, 1));
  EXPECT_EQ(span->stand_in, nullptr);
  EXPECT_EQ(run.test.check(), "");
  EXPECT_EQ(run.heap.scavenge_older_than(0), kGiB + 16 * kKiB);
  EXPECT_EQ(run.heap.statistics().released, kGiB + 16 * kKiB);
  EXPECT_EQ(run.heap.scavenge_older_than(0), 0U);
  EXPECT_EQ(run.test.check(), "");
  Span* const again = run.allocate(kGiB);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->base, span->range().end());
  EXPECT_FALSE(again->needs_zero) << "the system gives zeroes";
  EXPECT_EQ(run.test.check(), "");
}

// Small spans use pages that came as many arenas at once.
TEST(HugeSpan, IsFilledWithSmallOnesArenaByArena) {
  Huge run;
  Span* const span = run.allocate(2 * kGiB);
  ASSERT_NE(span, nullptr);
  const Address base = span->base;
  run.heap.free(span);
  std::vector<Span*> spans;
  for (std::uint64_t done = 0; done < 320 * kMiB; done += kMiB) {
    spans.push_back(run.allocate(kMiB));
    ASSERT_NE(spans.back(), nullptr);
    ASSERT_EQ(spans.back()->base, base + done);
    ASSERT_TRUE(run.stands_in(base + done + 129 * kMiB));
    ASSERT_FALSE(run.stands_in(base + done + kMiB));
  }
  EXPECT_EQ(run.test.check(), "");
  for (Span* const small : spans) run.heap.free(small);
  EXPECT_EQ(run.test.check(), "");
  EXPECT_EQ(run.allocate(2 * kGiB)->base, base);
  EXPECT_EQ(run.heap.map().object_span_of(base + 40 * kMiB), run.heap.map().span_of(base));
  EXPECT_EQ(run.test.check(), "");
}

// The system has the address space, but refuses to make it memory.
TEST(HugeSpan, ThatIsRefusedCostsNextToNothing) {
  Huge run;
  ASSERT_NE(run.allocate(1), nullptr);
  const std::uint64_t before = run.gc_bytes();
  run.world.os().config().commit_limit = 16 * kMiB;
  EXPECT_EQ(run.allocate(64 * kGiB), nullptr);
  EXPECT_LT(run.gc_bytes() - before, 450 * kKiB);
  EXPECT_EQ(run.test.check(), "");
  run.world.os().config().commit_limit = 0;
  Span* const span = run.allocate(8 * kGiB);
  ASSERT_NE(span, nullptr) << run.test.why();
  EXPECT_EQ(run.test.check(), "");
}

}  // namespace
}  // namespace Atoll::pages
