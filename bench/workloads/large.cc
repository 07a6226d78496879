// Blocks so large that a system could be asked for each: what it costs not to.

#include <array>
#include <cstdlib>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

// Not written to: only the calls themselves are seen, and no page of the block.
void allocate_and_free(std::size_t size) {
  void* const data = std::malloc(size);
  if (data == nullptr) fail("out of memory");
  keep(data);
  std::free(data);
}

}  // namespace

void large_pairs(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    const std::int64_t count = run.count();
    const std::size_t size = run.size();
    // Allocators learn from the first blocks that large ones come again.
    for (int i = 0; i < 4; ++i) allocate_and_free(size);
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) allocate_and_free(size);
    lane.end();
  });
}

void large_written(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    const std::int64_t count = run.count();
    const std::size_t size = run.size();
    // The first block's pages come from the system, whoever allocates it.
    release(allocate(size));
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) release(allocate(size));
    lane.end();
  });
}

void large_churn(Run& run) {
  constexpr std::size_t kSmallest = 5 << 20;
  constexpr std::size_t kLargest = 25 << 20;
  run.on_lanes([&run](Lane& lane) {
    std::array<Block, 20> live;
    Random& random = lane.random();
    const auto one = [&random] { return allocate(kSmallest + random.below(kLargest - kSmallest)); };
    for (Block& block : live) block = one();
    const std::int64_t count = run.count();
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) {
      Block& block = live[random.below(live.size())];
      release(block);
      block = one();
    }
    lane.end();
    for (const Block& block : live) release(block);
  });
}

}  // namespace Atoll::bench
