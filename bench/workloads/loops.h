// Loops that several workloads measure.
#pragma once

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {

// Measures `use`, which allocates and frees a block of the workload's size. The first kWarmUps
// calls do not count.
template <int kWarmUps, class Use>
void use_in_turn(Run& run, Use use) {
  run.on_lanes([&run, use](Lane& lane) {
    const std::int64_t count = run.count();
    const std::size_t size = run.size();
    for (int i = 0; i < kWarmUps; ++i) use(size);
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) use(size);
    lane.end();
  });
}

// Fills `live` with blocks of `allocate_one`, and measures how it replaces them one by one, at
// random.
template <class Live, class Allocate>
void replace_at_random(Run& run, Lane& lane, Live& live, Allocate allocate_one) {
  Random& random = lane.random();
  for (Block& block : live) block = allocate_one(random);
  const std::int64_t count = run.count();
  lane.begin();
  for (std::int64_t i = 0; i < count; ++i) {
    Block& block = live[random.below(live.size())];
    release(block);
    block = allocate_one(random);
  }
  lane.end();
  for (const Block& block : live) release(block);
}

}  // namespace Atoll::bench
