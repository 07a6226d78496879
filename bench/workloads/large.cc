// Blocks so large that an allocator may ask the system for each, and give each back to it.

#include <array>
#include <cstdlib>

#include "bench/workloads/block.h"
#include "bench/workloads/loops.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

// Writes nothing, so that the workload measures the calls alone, and no page of the block.
void allocate_and_free(std::size_t size) {
  void* const data = std::malloc(size);
  if (data == nullptr) fail("out of memory");
  keep(data);
  std::free(data);
}

}  // namespace

void large_pairs(Run& run) {
  // Allocators learn from the first blocks that large ones come again.
  use_in_turn<4>(run, [](std::size_t size) { allocate_and_free(size); });
}

void large_written(Run& run) {
  // Under every allocator the first block's pages come from the system.
  use_in_turn<1>(run, [](std::size_t size) { release(allocate(size)); });
}

void large_churn(Run& run) {
  constexpr std::size_t kSmallest = 5 << 20;
  constexpr std::size_t kLargest = 25 << 20;
  run.on_lanes([&run](Lane& lane) {
    std::array<Block, 20> live;
    replace_at_random(run, lane, live, [](Random& random) {
      return allocate(kSmallest + random.below(kLargest - kSmallest));
    });
  });
}

}  // namespace Atoll::bench
