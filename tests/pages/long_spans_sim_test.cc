// Long spans that become free in a bounded heap: the heap keeps those that hold memory, within the
// bound, and only the newest of the others.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "os/sim/presets.h"
#include "src/policy.h"
#include "tests/pages/traced.h"

namespace Atoll::pages {
namespace {

using os::sim::Residency;
using port::kPageSize;

constexpr std::uint64_t kMiB = policy::kMiB;

os::sim::Config telling(Residency residency) {
  os::sim::Config config = os::sim::presets::linux_amd64();
  config.residency = residency;
  return config;
}

class LongSpans : public Traced {
 public:
  explicit LongSpans(Residency residency)
      : Traced(telling(residency), linux_amd64(), {.is_sparing = true, .is_bounded = true}) {}

  // Writes all of the span, or only its first byte.
  Span* allocate_written(std::uint64_t bytes, bool all = true) {
    Span* const span = allocate(bytes);
    if (span == nullptr) {
      ADD_FAILURE() << test.why();
      return nullptr;
    }
    char* const begin = test.platform.pointer_to<char>(span->base);
    for (std::uint64_t i = 0; i < (all ? bytes : 1); i += kPageSize / 2) begin[i] = 1;
    return span;
  }

  // How many bytes calls of used() have made Ready since the last call of this.
  std::uint64_t made_ready() {
    std::uint64_t bytes = 0;
    for (const os::TraceRecord& record : trace.records()) {
      if (record.verb == os::Verb::kUsed) bytes += record.size;
    }
    trace.clear();
    return bytes;
  }

  // How many bytes of free pages may hold memory.
  std::uint64_t kept() {
    const PageStatistics statistics = heap.statistics();
    return statistics.idle - statistics.fresh - statistics.released;
  }
};

// Replaces written spans at random, and returns which share of what it allocates had to become
// Ready.
double share_made_ready(Residency residency) {
  constexpr std::size_t kLive = 20;
  LongSpans run(residency);
  std::mt19937 random(1);
  std::vector<Span*> live(kLive);
  std::uint64_t in_use = 0;
  std::uint64_t most_in_use = 0;
  std::uint64_t allocated = 0;
  for (unsigned step = 0; step < 140; ++step) {
    Span*& span = live[step < kLive ? step : random() % kLive];
    if (span != nullptr) {
      in_use -= span->bytes();
      run.heap.free(span);
    }
    if (step == kLive) (void)run.made_ready();
    const std::uint64_t bytes = policy::kOversize + random() % (16 * kMiB / kPageSize) * kPageSize;
    span = run.allocate_written(bytes);
    if (span == nullptr) return 0;
    in_use += bytes;
    most_in_use = std::max(most_in_use, in_use);
    if (step >= kLive) allocated += bytes;
    EXPECT_LE(in_use + run.kept(), most_in_use + most_in_use / policy::kIdleFractionForLong +
                                       policy::kIdleBytes + policy::kIdleSurplus);
  }
  EXPECT_EQ(run.test.check(), "");
  return static_cast<double>(run.made_ready()) / static_cast<double>(allocated);
}

TEST(LongSpans, AreKeptWithinTheBoundWhereTheyHoldMemory) {
  const double told = share_made_ready(Residency::kExact);
  const double unknown = share_made_ready(Residency::kUnknown);
  EXPECT_LT(told * 3, unknown) << "a span that is not known to hold memory goes back";
  EXPECT_EQ(share_made_ready(Residency::kEverything), told);
}

TEST(LongSpans, GoBackWhereTheyHoldNone) {
  constexpr std::uint64_t kEach = policy::kNewestOversize / 2;
  constexpr std::size_t kSpans = 6;
  LongSpans run(Residency::kExact);
  std::vector<Span*> spans;
  for (std::size_t i = 0; i < kSpans; ++i) spans.push_back(run.allocate_written(kEach, i < 2));
  for (Span* const span : spans) run.heap.free(span);
  EXPECT_EQ(run.kept(), 4 * kEach) << "two that are written to, and the newest two";
  EXPECT_EQ(run.test.check(), "");
}

// A service that uses one large buffer at a time has no page faults after the first buffer.
TEST(LongSpans, OfTheSameSizeStayWithoutAQuestion) {
  LongSpans run(Residency::kExact);
  run.heap.free(run.allocate_written(policy::kNewestOversize));
  (void)run.calls();
  for (int i = 0; i < 10; ++i) run.heap.free(run.allocate_written(policy::kNewestOversize));
  EXPECT_EQ(run.calls(), Lines());
}

}  // namespace
}  // namespace Atoll::pages
