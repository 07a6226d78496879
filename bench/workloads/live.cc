// Many live blocks: the effect of a processor's caches, and of the places of blocks.

#include <algorithm>
#include <numeric>
#include <vector>

#include "bench/workloads/block.h"
#include "bench/workloads/loops.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

constexpr std::size_t kLive = 100'000;

std::vector<std::uint32_t> shuffled(Random& random) {
  std::vector<std::uint32_t> order(kLive);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = kLive - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  return order;
}

// Allocates all, and frees all in `order`, again and again.
void fill_and_empty(Run& run, Lane& lane, const std::vector<std::uint32_t>& order) {
  std::vector<Block> live(kLive);
  const std::int64_t rounds = run.count() / static_cast<std::int64_t>(kLive) + 1;
  Random& random = lane.random();
  lane.begin();
  for (std::int64_t i = 0; i < rounds; ++i) {
    for (Block& block : live) block = allocate(random.size(16, 4));
    for (const std::uint32_t at : order) release(live[at]);
  }
  lane.end();
}

// Frees nine of ten blocks, at random. Returns their places.
std::vector<std::uint32_t> thin_out(const std::vector<Block>& live, Random& random) {
  std::vector<std::uint32_t> holes;
  holes.reserve(live.size());
  for (std::uint32_t at = 0; at < live.size(); ++at) {
    if (random.below(10) == 0) continue;
    release(live[at]);
    holes.push_back(at);
  }
  return holes;
}

}  // namespace

void first_in_first_out(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::vector<std::uint32_t> order(kLive);
    std::iota(order.begin(), order.end(), 0U);
    fill_and_empty(run, lane, order);
  });
}

void last_in_first_out(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::vector<std::uint32_t> order(kLive);
    std::iota(order.rbegin(), order.rend(), 0U);
    fill_and_empty(run, lane, order);
  });
}

void random_order(Run& run) {
  run.on_lanes([&run](Lane& lane) { fill_and_empty(run, lane, shuffled(lane.random())); });
}

void first_touch(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::vector<Block> live(static_cast<std::size_t>(run.count()));
    Random& random = lane.random();
    lane.begin();
    for (Block& block : live) block = allocate(random.size(16, 4));
    lane.end();
    for (const Block& block : live) release(block);
  });
}

void refill(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::vector<Block> live(kLive);
    Random& random = lane.random();
    for (Block& block : live) block = allocate(random.size(16, 4));
    const std::int64_t rounds = run.count() / static_cast<std::int64_t>(kLive) + 1;
    lane.begin();
    for (std::int64_t i = 0; i < rounds; ++i) {
      lane.suspend();
      const std::vector<std::uint32_t> holes = thin_out(live, random);
      lane.resume();
      for (const std::uint32_t at : holes) live[at] = allocate(random.size(16, 4));
    }
    lane.end();
    for (const Block& block : live) release(block);
  });
}

void churn(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::vector<Block> live(kLive);
    replace_at_random(run, lane, live, [](Random& random) { return allocate(random.size(16, 5)); });
  });
}

}  // namespace Atoll::bench
