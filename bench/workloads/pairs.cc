// Blocks that live for a moment: the cost of the fast paths.

#include <array>

#include "bench/workloads/block.h"
#include "bench/workloads/loops.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {

void pairs(Run& run) {
  use_in_turn<0>(run, [](std::size_t size) { release(allocate(size)); });
}

void batches(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::array<Block, 64> batch;
    const std::int64_t rounds = run.count() / static_cast<std::int64_t>(batch.size()) + 1;
    const std::size_t size = run.size();
    lane.begin();
    for (std::int64_t i = 0; i < rounds; ++i) {
      for (Block& block : batch) block = allocate(size);
      for (const Block& block : batch) release(block);
    }
    lane.end();
  });
}

void mixed(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::array<Block, 256> live;
    replace_at_random(run, lane, live, [](Random& random) { return allocate(random.size(16, 7)); });
  });
}

}  // namespace Atoll::bench
