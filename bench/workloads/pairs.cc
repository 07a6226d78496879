// Blocks that live for a moment: the cost of the fast paths.

#include <array>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {

void pairs(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    const std::int64_t count = run.count();
    const std::size_t size = run.size();
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) release(allocate(size));
    lane.end();
  });
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
    Random& random = lane.random();
    for (Block& block : live) block = allocate(random.size(16, 7));
    const std::int64_t count = run.count();
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) {
      Block& block = live[random.below(live.size())];
      release(block);
      block = allocate(random.size(16, 7));
    }
    lane.end();
    for (const Block& block : live) release(block);
  });
}

}  // namespace Atoll::bench
