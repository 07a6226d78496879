// Options::most_kept: how much free memory a bounded heap keeps.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "os/sim/presets.h"
#include "src/policy.h"
#include "tests/pages/traced.h"

namespace Atoll::pages {
namespace {

using port::kPageSize;

constexpr std::uint64_t kKiB = policy::kKiB;
constexpr std::uint64_t kMiB = policy::kMiB;

class Keeping : public Traced {
 public:
  explicit Keeping(std::uint64_t most_kept)
      : Traced(os::sim::presets::linux_amd64(), linux_amd64(),
               {.is_sparing = true, .is_bounded = true, .most_kept = most_kept}) {}

  std::uint64_t kept() {
    const PageStatistics statistics = heap.statistics();
    return statistics.idle - statistics.fresh - statistics.released;
  }
};

// Spans of all lengths come, change their lengths, and go. Returns the most that the heap kept.
std::uint64_t most_kept_by(Keeping& run, std::uint64_t bound) {
  std::mt19937 random(1);
  std::vector<Span*> live(40);
  std::uint64_t most = 0;
  for (unsigned step = 0; step < 2000; ++step) {
    Span*& span = live[random() % live.size()];
    if (span != nullptr && span->npages > 1 && random() % 4 == 0) {
      EXPECT_TRUE(run.heap.truncate(span, 1 + random() % (span->npages - 1)));
    } else {
      if (span != nullptr) run.heap.free(span);
      span = run.allocate(1 + random() % (random() % 8 == 0 ? 4 * kMiB : 100 * kKiB));
      if (span == nullptr) {
        ADD_FAILURE() << run.test.why();
        break;
      }
    }
    most = std::max(most, run.kept());
    EXPECT_LE(run.kept(), bound) << "step " << step;
  }
  EXPECT_EQ(run.test.check(), "");
  return most;
}

TEST(MostKept, IsNotExceeded) {
  for (const std::uint64_t bound : {std::uint64_t{0}, 50 * kKiB, kMiB, 5 * kMiB, 20 * kMiB}) {
    SCOPED_TRACE(bound);
    Keeping run(bound);
    EXPECT_GE(most_kept_by(run, bound), bound / 2);
  }
}

// Where the bound of other heaps, which follows what was in use, would be smaller.
TEST(MostKept, MayBeMoreThanWasInUse) {
  Keeping run(100 * kMiB);
  for (unsigned i = 0; i < 6; ++i) {
    std::vector<Span*> spans;
    for (unsigned j = 0; j < 20; ++j) spans.push_back(run.allocate(kMiB + i * kPageSize));
    for (Span* const span : spans) run.heap.free(span);
  }
  EXPECT_EQ(run.heap.statistics().released, 0U);
  EXPECT_GE(run.kept(), 20 * kMiB);
}

TEST(MostKept, OfNothingLeavesEveryFreedPageWithoutMemory) {
  Keeping run(0);
  Span* const first = run.allocate(3 * kMiB);
  Span* const second = run.allocate(kMiB);
  (void)run.calls();
  run.heap.free(first);
  EXPECT_EQ(run.calls(), Lines{"unused(0xc000000000, 3 MiB) -> ok"});
  // Its free neighbour is not given back again.
  run.heap.free(second);
  EXPECT_EQ(run.calls(), Lines{"unused(0xc000300000, 1 MiB) -> ok"});
}

}  // namespace
}  // namespace Atoll::pages
