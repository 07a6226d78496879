// Threads that are born and die: a server that has a thread for every connection.

#include <array>
#include <latch>
#include <thread>
#include <vector>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

// The blocks that a worker leaves to its successor, for one connection after the other.
struct Station {
  std::vector<Block> blocks;
  Random random{0};
  std::int64_t replacements = 0;
  std::int64_t successors = 0;
  std::latch* done = nullptr;
};

// Replaces blocks at random, most of them its predecessors', and ends with a successor's birth.
void serve(Station& station) {
  for (std::int64_t i = 0; i < station.replacements; ++i) {
    Block& block = station.blocks[station.random.below(station.blocks.size())];
    release(block);
    block = allocate(station.random.size(16, 6));
  }
  if (station.successors-- > 0) {
    std::thread(serve, std::ref(station)).detach();
  } else {
    station.done->count_down();
  }
}

// Allocates a few blocks, calls `wait` and frees them, like a thread that has little to do.
template <class Wait>
void use_some(std::uint64_t seed, Wait wait) {
  std::array<Block, 16> blocks;
  Random random(seed);
  for (Block& block : blocks) block = allocate(random.size(16, 6));
  wait();
  for (const Block& block : blocks) release(block);
}

}  // namespace

void larson(Run& run) {
  constexpr std::size_t kBlocks = 5000;
  constexpr std::int64_t kReplacements = 20'000;
  // Static, because a thread may not have left count_down() when everybody has counted.
  static std::latch done(run.threads());
  std::vector<Station> stations(static_cast<std::size_t>(run.threads()));
  run.on_lanes([&](Lane& lane) {
    Station& station = stations[static_cast<std::size_t>(lane.number())];
    station = {.blocks = std::vector<Block>(kBlocks),
               .random = lane.random(),
               .replacements = kReplacements,
               .successors = run.count() / kReplacements,
               .done = &done};
    for (Block& block : station.blocks) block = allocate(station.random.size(16, 6));
    lane.begin();
    serve(station);
    done.wait();
    lane.end();
  });
  for (const Station& station : stations) {
    for (const Block& block : station.blocks) release(block);
  }
}

void thread_turnover(Run& run) {
  // The only lane is the main thread: it starts one thread after the other.
  const std::int64_t count = run.count();
  const double started = now_in_seconds();
  for (std::int64_t i = 0; i < count; ++i) {
    std::thread([&] { use_some(static_cast<std::uint64_t>(i), [] {}); }).join();
  }
  run.set_seconds(now_in_seconds() - started);
}

void thread_crowds(Run& run) {
  constexpr std::uint64_t kAtOnce = 64;
  std::vector<std::thread> crowd;
  crowd.reserve(kAtOnce);
  const std::int64_t count = run.count();
  const double started = now_in_seconds();
  for (std::int64_t i = 0; i < count; ++i) {
    std::latch all(kAtOnce);
    for (std::uint64_t seed = 0; seed < kAtOnce; ++seed) {
      crowd.emplace_back([&all, seed] { use_some(seed, [&all] { all.arrive_and_wait(); }); });
    }
    for (std::thread& thread : crowd) thread.join();
    crowd.clear();
  }
  run.set_seconds(now_in_seconds() - started);
}

}  // namespace Atoll::bench
