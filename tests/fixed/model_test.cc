// Random requests to every kind of fixed heap, with mistakes among them.
#include "tests/fixed/model.h"

#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <vector>

#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kFixedRequests = kIsEmulated ? 6000 : 100'000;

Mix fixed_mix() {
  Mix mix;
  mix.slots = 256;
  mix.large_percent = 0;
  mix.stack_one_in = 128;
  mix.finalizer_one_in = 128;
  mix.cycle_one_in = 0;
  mix.scavenge_one_in = 4000;
  mix.flush_one_in = 10'000;
  return mix;
}

// Checks the heap after each request at first, and later now and then.
template <typename Heap>
void run(const std::vector<std::size_t>& sizes) {
  const Mix mix = fixed_mix();
  FixedModel<Heap> model(sizes, mix.slots);
  RequestSource source(request_seed(), mix);
  const std::uint64_t requests = request_count(kFixedRequests);
  for (std::uint64_t k = 0; k < requests; ++k) {
    const bool is_checked = k < 300 || k % 64 == 0;
    if (!model.execute(source.next()) || (is_checked && !model.check())) break;
  }
  if (model.check() && model.free_all()) (void)model.check();
  EXPECT_EQ(model.failure(), "") << "ATOLL_SEED=" << request_seed();
  EXPECT_GT(model.refusals(), 0U);
  EXPECT_GT(model.faults(), requests / 100);
  EXPECT_EQ(model.heap().statistics().heap_objects, 0U);
}

TEST(FixedRequests, OfOneBuffer) { run<FixedHeap>({32 << 10}); }
TEST(FixedRequests, OfATinyBuffer) { run<FixedHeap>({2 << 10}); }
TEST(FixedRequests, OfSeveralBuffers) { run<FixedHeap>({9000, 16 << 10, 1 << 10, 12'344}); }
TEST(FixedRequests, OfALargeHeap) { run<LargeFixedHeap>({33 << 10, 5000}); }
TEST(FixedRequests, OfQuickLists) { run<BasicFixedHeap<QuickOptions>>({32 << 10}); }
TEST(FixedRequests, OfQuickListsOfALargeHeap) {
  run<BasicFixedHeap<QuickLargeOptions>>({17 << 10, 17 << 10});
}
TEST(FixedRequests, OfEverything) { run<BasicFixedHeap<EverythingOptions>>({20 << 10, 9 << 10}); }

// Does what fuzzers do, with random bytes.
TEST(FixedBytes, DoWhatTheModelSays) {
  for (std::uint64_t round = 0; round < (kIsEmulated ? 5 : 40); ++round) {
    Random random(request_seed() + round);
    std::vector<std::uint8_t> bytes(4000);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    FixedModel<FixedHeap> model({16 << 10, 8 << 10}, 64);
    std::span<const std::uint8_t> rest = bytes;
    while (const std::optional<Request> request = decode(rest)) {
      if (!model.execute(*request) || !model.check()) break;
    }
    ASSERT_EQ(model.failure(), "") << "round " << round << ", ATOLL_SEED=" << request_seed();
  }
}

}  // namespace
}  // namespace Atoll::test
