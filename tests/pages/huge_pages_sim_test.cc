// Options::huge_pages: what a heap tells the system about huge pages, and when.
#include <gtest/gtest.h>

#include <algorithm>

#include "os/sim/presets.h"
#include "src/policy.h"
#include "tests/pages/traced.h"

namespace Atoll::pages {
namespace {

using port::kPageSize;

constexpr std::uint64_t kMiB = policy::kMiB;

os::sim::Config taking_wishes(std::uint64_t huge_page_size = 2 * kMiB) {
  os::sim::Config config = os::sim::presets::linux_amd64();
  config.takes_huge_page_wishes = true;
  config.huge_page_size = huge_page_size;
  config.residency = os::sim::Residency::kExact;
  return config;
}

class HugePageHeap : public Traced {
 public:
  explicit HugePageHeap(HugePages huge_pages, const os::sim::Config& config = taking_wishes())
      : Traced(config, linux_amd64(),
               {.is_sparing = true, .is_bounded = true, .huge_pages = huge_pages}) {}

  std::uint64_t wishes() { return world.os().wishes(); }

  // Writes to this part of each of the span's pages.
  void write(const Span& span, std::uint64_t first_page, std::uint64_t npages) {
    char* const begin = test.platform.pointer_to<char>(span.base);
    for (std::uint64_t i = 0; i < npages * kPageSize; i += kPageSize / 2) {
      begin[first_page * kPageSize + i] = 1;
    }
  }

  // Copies a span of `bytes`, which has memory but for `holes` pages, as realloc() does. Returns
  // the wishes for that.
  std::uint64_t wishes_for_copy(std::uint64_t bytes, std::uint64_t holes) {
    Span* const from = allocate(bytes);
    write(*from, holes, from->npages - holes);
    Span* const to = allocate(bytes + bytes / 2);
    const std::uint64_t before = wishes();
    heap.expect_copy({to->base, bytes}, from->range());
    return wishes() - before;
  }
};

TEST(HugePages, AreNoConcernOfAHeapByDefault) {
  EXPECT_EQ(Options().huge_pages, HugePages::kUnsaid);
  HugePageHeap run(HugePages::kUnsaid);
  EXPECT_EQ(run.wishes_for_copy(32 * kMiB, 0), 0U);
  EXPECT_EQ(run.wishes(), 0U);
}

TEST(HugePages, AreRefusedForEveryStep) {
  HugePageHeap run(HugePages::kNever);
  (void)run.calls();
  (void)run.allocate(kPageSize);
  EXPECT_EQ(run.calls(), (Lines{
                             "reserve(0xc000000000, 1 MiB) -> 0xc000000000",
                             "map(0xc000000000, 1 MiB) -> ok",
                             "wish_huge_pages(0xc000000000, 1 MiB, unwanted) -> ok",
                             "resident(0xc000000000, 8 KiB) -> 0 B",
                             "used(0xc000000000, 8 KiB) -> ok",
                         }));
  EXPECT_EQ(run.wishes_for_copy(32 * kMiB, 0), 0U);
  EXPECT_EQ(run.wishes(), 3U) << "both spans were new";
}

TEST(HugePages, FillEveryStep) {
  HugePageHeap run(HugePages::kAlways);
  (void)run.calls();
  (void)run.allocate(kPageSize);
  EXPECT_EQ(run.calls(), (Lines{
                             "reserve(0xc000000000, 2 MiB) -> 0xc000000000",
                             "map(0xc000000000, 2 MiB) -> ok",
                             "wish_huge_pages(0xc000000000, 2 MiB, wanted) -> ok",
                             "resident(0xc000000000, 8 KiB) -> 0 B",
                             "used(0xc000000000, 8 KiB) -> ok",
                         }));
  (void)run.allocate(5 * kMiB);
  EXPECT_EQ(run.heap.end(), Address(0xc0'0060'0000)) << "a multiple of 2 MiB";
}

// Where they are very large, or the system does not tell.
TEST(HugePages, DoNotMakeSmallHeapsLarge) {
  for (const std::uint64_t size : {std::uint64_t{0}, 512 * kMiB, 3 * kMiB}) {
    HugePageHeap run(HugePages::kAlways, taking_wishes(size));
    (void)run.allocate(kPageSize);
    EXPECT_EQ(run.heap.statistics().mapped, policy::kLeastStep) << size;
    EXPECT_EQ(run.wishes(), 1U);
  }
}

TEST(HugePages, AreAWishThatMayFail) {
  os::sim::Config config = taking_wishes();
  config.takes_huge_page_wishes = false;
  for (const HugePages which : {HugePages::kNever, HugePages::kAlways, HugePages::kWhereFull}) {
    HugePageHeap run(which, config);
    EXPECT_EQ(run.wishes_for_copy(32 * kMiB, 0), 0U);
    EXPECT_EQ(run.test.check(), "");
  }
}

TEST(HugePages, AreForCopiesThatWillBeFull) {
  HugePageHeap run(HugePages::kWhereFull);
  EXPECT_EQ(run.wishes_for_copy(8 * kMiB, 0), 1U);
  constexpr std::uint64_t kHoles = 8 * kMiB / kPageSize / policy::kHugeCopyHoles;
  EXPECT_EQ(run.wishes_for_copy(8 * kMiB, kHoles), 1U);
  EXPECT_EQ(run.wishes_for_copy(8 * kMiB, kHoles + 1), 0U) << "it has holes";
  EXPECT_EQ(run.wishes_for_copy(policy::kHugeCopy, 0), 1U);
  EXPECT_EQ(run.wishes_for_copy(policy::kHugeCopy - kPageSize, 0), 0U) << "it is short";
  EXPECT_EQ(run.wishes(), 3U) << "and for nothing else";
}

TEST(HugePages, AreNotForCopiesToMemoryThatIsThere) {
  HugePageHeap run(HugePages::kWhereFull);
  Span* const from = run.allocate(8 * kMiB);
  run.write(*from, 0, from->npages);
  Span* const used = run.allocate(12 * kMiB);
  (void)run.allocate(kPageSize);
  run.write(*used, 0, used->npages);
  run.heap.free(used);
  Span* const to = run.allocate(12 * kMiB);
  ASSERT_EQ(to->base, Address(0xc0'0080'0000));
  run.heap.expect_copy({to->base, 8 * kMiB}, from->range());
  EXPECT_EQ(run.wishes(), 0U);
}

// Else a large heap could have more mappings than the kernel gives to a process.
TEST(HugePages, AreNotForSmallPartsOfALargeHeap) {
  HugePageHeap run(HugePages::kWhereFull);
  (void)run.allocate(policy::kHugeCopy * policy::kHugeCopyFraction);
  EXPECT_EQ(run.wishes_for_copy(policy::kHugeCopy, 0), 0U);
  EXPECT_EQ(run.wishes_for_copy(2 * policy::kHugeCopy, 0), 1U);
}

}  // namespace
}  // namespace Atoll::pages
