// How many freed objects threads keep, and when they give them up.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "os/decorators/forward.h"
#include "tests/heap/fixture.h"

namespace Atoll::test {
namespace {

class Lists : public HeapTest {
 protected:
  static constexpr std::size_t kKiB = 1024;
  static constexpr std::size_t kMiB = 1024 * kKiB;

  void start(std::size_t most_listed, os::Os& os = os::native()) {
    options_.objects.most_listed = most_listed;
    start_again(os);
  }

  std::vector<void*> allocate(std::size_t count, std::size_t size) {
    std::vector<void*> all(count);
    for (void*& p : all) p = heap_.allocate(size);
    return all;
  }
  void free(const std::vector<void*>& all) {
    for (void* const p : all) heap_.free(p);
  }
  std::uint64_t in_use() { return heap_.statistics().heap_in_use; }
};

TEST_F(Lists, KeepWhatIsFreedForWhatIsAllocatedNext) {
  for (const std::size_t most_listed : {std::size_t{0}, kMiB}) {
    start(most_listed);
    std::vector<void*> before = allocate(5000, 64);
    free(before);
    const std::vector<void*> after = allocate(before.size(), 64);
    std::reverse(before.begin(), before.end());
    EXPECT_EQ(after == before, most_listed != 0);
    EXPECT_EQ(text(heap_.check()), "");
  }
}

TEST_F(Lists, KeepNoMoreThanTheyMay) {
  std::array<std::uint64_t, 3> kept{};
  constexpr std::array<std::size_t, 3> kMostListed = {0, 300 * kKiB, 32 * kMiB};
  for (std::size_t i = 0; i < kept.size(); ++i) {
    start(kMostListed[i]);
    std::vector<std::vector<void*>> all;
    for (const std::size_t size : {32U, 64U, 256U, 1024U}) {
      all.push_back(allocate(kMiB / size, size));
    }
    for (const std::vector<void*>& objects : all) free(objects);
    EXPECT_EQ(text(heap_.check()), "");
    EXPECT_EQ(objects(), 0U);
    kept[i] = in_use();
  }
  EXPECT_LT(kept[0], kMiB);
  // Between two looks each list may grow by 32 KiB.
  EXPECT_LE(kept[1], kept[0] + kMostListed[1] + 4 * 32 * kKiB);
  EXPECT_GT(kept[1], kept[0] + kMostListed[1] / 2);
  EXPECT_GT(kept[2], 3 * kMiB);
  heap_.flush_thread();
  EXPECT_EQ(in_use(), 0U);
}

// Other sizes cannot use an empty span that a cache holds.
TEST_F(Lists, GiveSpansOfOneObjectBackToo) {
  constexpr std::size_t kCount = 256;
  start(0);
  for (const std::size_t size : {16 * kKiB, 24 * kKiB, 32 * kKiB}) {
    free(allocate(kCount, size));
    EXPECT_LE(in_use(), kCount / 4 * size);
    EXPECT_EQ(text(heap_.check()), "");
  }
}

// Another size uses what one size leaves behind: the heap becomes hardly larger than without long
// lists.
TEST_F(Lists, GiveUpWhatOtherSizesNeed) {
  std::array<std::uint64_t, 2> most{};
  for (std::size_t i = 0; i < most.size(); ++i) {
    start(i * 32 * kMiB);
    for (const std::size_t size : {32U, 48U, 128U, 1024U, 100'000U, 2048U, 32U, 8192U, 16U}) {
      const std::vector<void*> all = allocate(kMiB / size, size);
      most[i] = std::max(most[i], in_use());
      free(all);
    }
    EXPECT_EQ(text(heap_.check()), "");
  }
  EXPECT_LE(most[1], most[0] + most[0] / 8);
}

TEST_F(Lists, GiveUpWhatIsMissing) {
  os::FaultInjectionOs os(os::native());
  start(32 * kMiB, os);
  void* const room = heap_.allocate(kMiB);
  ASSERT_NE(room, nullptr);
  // From now on there is no other memory.
  os.fail_from_call(1);
  for (std::size_t size = 64 * kMiB; size >= static_cast<std::size_t>(port::kPageSize); size /= 2) {
    while (heap_.allocate(size) != nullptr) {
    }
  }
  heap_.free(room);
  std::vector<void*> all;
  while (void* const p = heap_.allocate(64)) all.push_back(p);
  EXPECT_GE(all.size() * 64, kMiB - kMiB / 8);
  free(all);
  EXPECT_NE(heap_.allocate(kMiB / 2), nullptr);
  os.fail_nothing();
  EXPECT_EQ(text(heap_.check()), "");
  heap_.destroy();
}

TEST_F(Lists, AreNotGivenUpForWhatCanNeverBeHad) {
  start(32 * kMiB);
  std::vector<void*> before = allocate(kMiB / 64, 64);
  free(before);
  constexpr std::uint64_t kMost = std::numeric_limits<std::size_t>::max();
  const std::uint64_t most = heap_.pages().most_pages() * port::kPageSize;
  if (most >= kMost) GTEST_SKIP() << "no size is beyond all addresses";
  for (const std::uint64_t size : {kMost, most + 1}) {
    EXPECT_EQ(heap_.allocate(static_cast<std::size_t>(size)), nullptr);
  }
  EXPECT_NE(text(heap_.last_failure()), "");
  const std::vector<void*> after = allocate(before.size(), 64);
  std::reverse(before.begin(), before.end());
  EXPECT_EQ(after, before);
  EXPECT_EQ(text(heap_.check()), "");
}

class ClockOs final : public os::ForwardOs {
 public:
  explicit ClockOs(os::Os& beneath) : ForwardOs(beneath) {}
  std::uint64_t monotonic_nanoseconds() override { return now; }

  std::uint64_t now = 0;
};

TEST_F(Lists, GiveUpWhatIsNotUsed) {
  constexpr std::uint64_t kDelay = 1000;
  const auto run_for = [&](ClockOs& os, std::uint64_t nanoseconds) {
    for (std::uint64_t i = 0; i < nanoseconds; ++i) {
      ++os.now;
      for (int j = 0; j < 32; ++j) heap_.free(heap_.allocate(1024));
    }
  };
  for (const std::uint64_t delay : {pages::Options::kNeverScavenge, kDelay}) {
    ClockOs os(os::native());
    options_.pages.scavenge_delay = delay;
    start(4 * kMiB, os);
    // In the second period the thread uses half of it.
    run_for(os, 1);
    const std::vector<void*> all = allocate(kMiB / 64, 64);
    free(all);
    const std::uint64_t before = in_use();
    run_for(os, kDelay / 2);
    EXPECT_EQ(in_use(), before);
    free(allocate(all.size() / 2, 64));
    run_for(os, kDelay);
    EXPECT_EQ(in_use() < before - before / 4, delay == kDelay);
    EXPECT_GE(in_use(), before / 2);
    run_for(os, 2 * kDelay);
    EXPECT_EQ(in_use() < before / 8, delay == kDelay);
    EXPECT_EQ(text(heap_.check()), "");
    heap_.destroy();
  }
}

}  // namespace
}  // namespace Atoll::test
