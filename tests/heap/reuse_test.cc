// The heap reuses freed memory in the order of the port's release.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "os/os.h"
#include "src/heap/heap.h"
#include "src/port/native.h"

namespace Atoll::test {
namespace {

std::vector<port::Release> releases() {
  using port::Release;
  std::vector<Release> all;
  for (const Release release : {Release::k1_11, Release::k1_12, Release::k1_14, Release::k1_17,
                                Release::k1_20, Release::k1_22, Release::k1_26}) {
    if (port::has_port(release, port::kNativeGoos, port::kNativeGoarch)) all.push_back(release);
  }
  return all;
}

class HolesOf : public testing::TestWithParam<port::Release> {};

// The heap takes the best fit. If several fit equally well, release 1.11 takes the one freed last
// if it has fewer than 128 pages; otherwise the heap takes the lowest.
TEST_P(HolesOf, AreFilledByTheSmallestThatHolds) {
  HeapOptions options;
  options.spec = port::native_spec(GetParam());
  Heap heap;
  ASSERT_EQ(std::string(heap.init(os::native(), options).view()), "");
  constexpr auto kPage = static_cast<std::size_t>(port::kPageSize);
  const auto pages = [&](std::size_t n) { return static_cast<char*>(heap.allocate(n * kPage)); };
  // Makes all that follows lie side by side, however small the arenas are.
  heap.free(pages(1000));
  std::vector<char*> holes;
  for (const std::size_t n : {10U, 6U, 6U, 200U, 130U, 130U}) {
    holes.push_back(pages(n));
    (void)pages(5);
  }
  for (char* const hole : holes) heap.free(hole);
  const bool has_lists = GetParam() == port::Release::k1_11;
  EXPECT_EQ(pages(6), holes[has_lists ? 2 : 1]);
  EXPECT_EQ(pages(5), holes[has_lists ? 1 : 2]);
  EXPECT_EQ(pages(8), holes[0]);
  EXPECT_EQ(pages(129), holes[4]);
  EXPECT_EQ(pages(129), holes[5]);
  EXPECT_EQ(pages(150), holes[3]);
  EXPECT_EQ(pages(45), holes[3] + 150 * kPage);
}

INSTANTIATE_TEST_SUITE_P(EveryRelease, HolesOf, testing::ValuesIn(releases()),
                         [](const auto& tested) {
                           std::string text("Go" + std::string(port::name(tested.param)));
                           text[text.find('.')] = '_';
                           return text;
                         });

TEST(Holes, GrowTogether) {
  Heap heap;
  ASSERT_EQ(std::string(heap.init(os::native()).view()), "");
  constexpr std::size_t kSize = std::size_t{64} << 10;
  std::array<char*, 8> all{};
  for (char*& p : all) p = static_cast<char*>(heap.allocate(kSize));
  (void)heap.allocate(kSize);
  for (const std::size_t i : {1U, 3U, 2U, 5U, 4U}) heap.free(all[i]);
  EXPECT_EQ(heap.allocate(5 * kSize), all[1]);
}

// The thread that freed small objects gets the one freed last first.
TEST(Freed, ComeBackLastInFirstOut) {
  Heap heap;
  ASSERT_EQ(std::string(heap.init(os::native()).view()), "");
  std::array<void*, 5> all{};
  for (void*& p : all) p = heap.allocate(64);
  for (void* const p : all) heap.free(p);
  for (std::size_t i = all.size(); i > 0; --i) EXPECT_EQ(heap.allocate(64), all[i - 1]);
}

// Allocates many more objects than caches keep, and frees only some. All of these come back before
// the heap takes more pages, in whatever order they were freed.
TEST(Freed, ComeBackBeforeNewPagesAreTaken) {
  constexpr std::size_t kCount = 6000;
  std::mt19937 random(1);
  for (const std::size_t size : {16U, 48U, 200U, 1000U}) {
    Heap heap;
    ASSERT_EQ(std::string(heap.init(os::native()).view()), "");
    std::vector<void*> live(kCount);
    for (void*& p : live) p = heap.allocate(size);
    const std::uint64_t pages = heap.statistics().heap_in_use;
    for (int round = 0; round < 6; ++round) {
      if (round % 3 == 0) std::shuffle(live.begin(), live.end(), random);
      if (round % 3 == 1) std::sort(live.begin(), live.end());
      const std::size_t freed = round % 2 == 0 ? kCount / 2 : kCount - 1;
      for (std::size_t i = 0; i < freed; ++i) heap.free(live[i]);
      for (std::size_t i = 0; i < freed; ++i) live[i] = heap.allocate(size);
      EXPECT_LE(heap.statistics().heap_in_use, pages) << size;
      EXPECT_EQ(std::set<void*>(live.begin(), live.end()).size(), kCount) << size;
      EXPECT_EQ(std::string(heap.check().view()), "");
    }
    for (void* const p : live) heap.free(p);
    heap.flush_thread();
    EXPECT_EQ(heap.statistics().heap_in_use, 0U) << size;
  }
}

}  // namespace
}  // namespace Atoll::test
