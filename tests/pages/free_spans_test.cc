#include "src/pages/free_spans.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "tests/pages/fake_spans.h"

namespace Atoll::pages {
namespace {

using port::Release;

class FreeSpansOf : public ::testing::TestWithParam<Release> {};

TEST_P(FreeSpansOf, FindTheBestFit) {
  std::mt19937 random(3);
  FakeSpans fakes;
  std::vector<Span*> outside;
  for (std::uint64_t i = 0; i < 150; ++i) {
    outside.push_back(fakes.make(i, 1 + random() % (random() % 2 == 0 ? 12 : 200)));
  }
  std::vector<Span*> inside;
  FreeSpans spans;
  spans.init(GetParam(), 5);
  for (int step = 0; step < 1500; ++step) {
    auto& from = inside.empty() || (!outside.empty() && random() % 2 == 0) ? outside : inside;
    std::swap(from[random() % from.size()], from.back());
    Span* const moved = from.back();
    from.pop_back();
    if (&from == &outside) {
      spans.insert(moved);
      inside.push_back(moved);
    } else {
      spans.remove(moved);
      outside.push_back(moved);
      ASSERT_FALSE(spans.contains(moved));
      ASSERT_EQ(moved->list, nullptr);
    }
    ASSERT_TRUE(spans.is_sound());

    const std::uint64_t npages = random() % 220;
    const Span* best = nullptr;
    for (const Span* span : inside) {
      ASSERT_TRUE(spans.contains(span));
      if (span->npages < npages) continue;
      if (best == nullptr || span->npages < best->npages ||
          (span->npages == best->npages && span->base < best->base)) {
        best = span;
      }
    }
    const Span* const found = spans.find_best_fit(npages);
    ASSERT_EQ(found == nullptr, best == nullptr);
    if (found == nullptr) continue;
    ASSERT_EQ(found->npages, best->npages);
    if (GetParam() >= Release::k1_12 || best->npages >= FreeSpans::kListedPages) {
      ASSERT_EQ(found, best) << "the lowest address among equals";
    }
  }
}

TEST_P(FreeSpansOf, AreVisitedLargestFirstUntilItIsEnough) {
  FakeSpans fakes;
  FreeSpans spans;
  spans.init(GetParam(), 5);
  std::multiset<std::uint64_t> sizes;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t npages = 1 + i * 37 % 256 / 2;
    sizes.insert(npages);
    spans.insert(fakes.make(i, npages));
  }
  std::multiset<std::uint64_t> seen;
  std::uint64_t last = ~std::uint64_t{0};
  spans.for_each([&](const Span* span) {
    EXPECT_LE(span->npages, last);
    last = span->npages;
    seen.insert(span->npages);
    return true;
  });
  EXPECT_EQ(seen, sizes);
  int visits = 0;
  spans.for_each([&](const Span*) { return ++visits < 3; });
  EXPECT_EQ(visits, 3);
}

INSTANTIATE_TEST_SUITE_P(Releases, FreeSpansOf,
                         ::testing::Values(Release::k1_11, Release::k1_12, Release::k1_27));

TEST(FreeSpans, OfSmallSizesAreListedUntilRelease11) {
  FakeSpans fakes;
  Span* const listed = fakes.make(1, FreeSpans::kListedPages - 1);
  Span* const large = fakes.make(1000, FreeSpans::kListedPages);
  FreeSpans spans;
  spans.init(Release::k1_11, 1);
  spans.insert(listed);
  spans.insert(large);
  EXPECT_NE(listed->list, nullptr);
  EXPECT_EQ(large->list, nullptr);

  FreeSpans later;
  later.init(Release::k1_12, 1);
  Span* const small = fakes.make(2000, 1);
  later.insert(small);
  EXPECT_EQ(small->list, nullptr);
}

TEST(FreeSpans, OfOneListAreTakenLastInFirstOut) {
  FakeSpans fakes;
  FreeSpans spans;
  spans.init(Release::k1_11, 1);
  for (const std::uint64_t page : {20U, 10U, 30U}) spans.insert(fakes.make(page, 2));
  for (const std::uint64_t page : {30U, 10U, 20U}) {
    Span* const span = spans.find_best_fit(1);
    ASSERT_NE(span, nullptr);
    EXPECT_EQ(span->base, Address(page * port::kPageSize));
    spans.remove(span);
  }
  EXPECT_EQ(spans.find_best_fit(1), nullptr);
}

}  // namespace
}  // namespace Atoll::pages
