// Page heaps on the system that this program runs on.
#include "src/pages/page_heap.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "os/decorators/fault_injection.h"
#include "os/os.h"
#include "tests/pages/page_heap_model.h"

namespace Atoll::pages {
namespace {

using port::kPageSize;
using port::Release;

// The first release of each way to grow, and the last release.
const Release kReleases[] = {Release::k1_11, Release::k1_12, Release::k1_13,
                             Release::k1_14, Release::k1_17, Release::k1_27};

port::PortSpec spec_of(Release release) {
  return port::native_spec(std::max(release, port::native_release()));
}

class NativeHeap : public ::testing::TestWithParam<Release> {
 protected:
  NativeHeap() : test_(os::native(), spec_of(GetParam())), heap_(test_.heap) {
    EXPECT_TRUE(test_.is_made);
  }
  ~NativeHeap() override { EXPECT_EQ(test_.check(), ""); }

  TestHeap test_;
  PageHeap& heap_;
};

TEST_P(NativeHeap, DoesAsItsModelDoes) {
  PageHeapModel model(test_, 1, 2000);
  model.run(500);
  model.free_all();
}

TEST_P(NativeHeap, BeginsAtTheFirstHintThatIsHonoured) {
  const Address first_arena = [this] {
    if (test_.platform.spec.uses_32_bit_start()) return heap_.arena_space().arena_range().base;
    const HintStack& hints = heap_.arena_space().hints();
    if (hints.empty() || !test_.platform.machine.honours_hints) return Address();
    const std::uint64_t size = test_.platform.spec.heap_arena_bytes;
    const os::Allocation trial = test_.platform.os.reserve(hints[0].address, size);
    if (trial.ok()) (void)test_.platform.os.free(trial.base, size);
    return trial.base == hints[0].address ? trial.base : Address();
  }();
  Span* const first = heap_.allocate(1, PageUse::kObjects);
  ASSERT_NE(first, nullptr) << test_.why();
  Span* const second = heap_.allocate(3, PageUse::kStacks);
  Span* const third = heap_.allocate(1, PageUse::kObjects);
  ASSERT_NE(second, nullptr);
  ASSERT_NE(third, nullptr);
  if (!first_arena.is_null() && !test_.platform.machine.linear_only) {
    EXPECT_EQ(first->base, first_arena);
  }
  EXPECT_EQ(second->base, first->range().end());
  EXPECT_EQ(third->base, second->range().end());
  for (const Span* span : {first, second, third}) EXPECT_FALSE(span->needs_zero);
}

TEST_P(NativeHeap, RefusesWhatNoAddressSpaceHolds) {
  const std::uint64_t all = test_.platform.spec.max_alloc / kPageSize;
  const PageStatistics before = heap_.statistics();
  const std::uint64_t huge = std::uint64_t{1} << 63;
  for (const std::uint64_t npages :
       {std::uint64_t{0}, all + 1, huge / kPageSize, ~std::uint64_t{0}}) {
    EXPECT_EQ(heap_.allocate(npages, PageUse::kObjects), nullptr) << npages;
  }
  EXPECT_EQ(heap_.allocate(1, PageUse::kObjects, huge), nullptr);
  EXPECT_EQ(heap_.allocate(all, PageUse::kObjects, 2 * kPageSize), nullptr);
  EXPECT_EQ(test_.why(), "out of memory");
  EXPECT_EQ(heap_.statistics().mapped, before.mapped);
  Span* const span = heap_.allocate(1, PageUse::kObjects);
  ASSERT_NE(span, nullptr);
  EXPECT_FALSE(heap_.extend(span, ~std::uint64_t{0}));
  EXPECT_FALSE(heap_.extend(span, all + 1));
  EXPECT_EQ(span->npages, 1U);
}

TEST_P(NativeHeap, KeepsTheNumbersOfAllSpans) {
  Span* const first = heap_.allocate(1, PageUse::kObjects);
  Span* const second = heap_.allocate(1, PageUse::kObjects);
  ASSERT_NE(second, nullptr);
  first->span_class = 17;
  std::uint64_t count = heap_.span_count();
  EXPECT_GE(count, 2U);
  heap_.free(second);
  heap_.free(first);
  EXPECT_EQ(heap_.span_count(), count);
  int found = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (heap_.span(i) == first) ++found;
    EXPECT_NE(heap_.span(i)->state.load(), SpanState::kInUse);
  }
  EXPECT_EQ(found, 1);
  EXPECT_EQ(first->span_class, 17U) << "the page heap does not touch what is not its own";
  EXPECT_EQ(heap_.statistics().spans_in_use, 0U);
  EXPECT_GE(heap_.statistics().span_record_bytes, sizeof(Span));
}

TEST_P(NativeHeap, MayBeMadeAgain) {
  ASSERT_NE(heap_.allocate(1, PageUse::kObjects), nullptr);
  test_.heap.release_all();
  EXPECT_EQ(heap_.statistics().mapped, 0U);
  EXPECT_EQ(heap_.span_count(), 0U);
  test_.memory.release_all();
  ASSERT_TRUE(heap_.init(test_.platform, test_.memory, &test_.counters));
  heap_.init_arenas();
  Span* const span = heap_.allocate(1, PageUse::kObjects);
  ASSERT_NE(span, nullptr);
  EXPECT_FALSE(span->needs_zero);
}

INSTANTIATE_TEST_SUITE_P(Releases, NativeHeap, ::testing::ValuesIn(kReleases),
                         [](const auto& release) {
                           return "go1_" + std::to_string(port::minor_version(release.param));
                         });

constinit PageHeap static_heap;

TEST(PageHeap, NeedsNoConstructorToRun) { EXPECT_EQ(static_heap.span_count(), 0U); }

}  // namespace
}  // namespace Atoll::pages
