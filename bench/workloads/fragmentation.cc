// How much memory stays with a process whose blocks are gone, and whether the holes are used again.

#include <unistd.h>

#include <vector>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

// Allocates until `bytes` are in use.
void fill(std::vector<Block>& live, std::size_t bytes, std::size_t smallest, Random& random) {
  while (bytes > 0) {
    const std::size_t size = random.size(smallest, 6);
    live.push_back(allocate(size));
    // Written whole, because every page counts here.
    for (std::size_t at = 8; at + 8 < size; at += 8) live.back().data[at] = 1;
    keep(live.back().data);
    bytes -= size < bytes ? size : bytes;
  }
}

// Frees nine of ten, at random; returns the bytes freed.
std::size_t thin_out(std::vector<Block>& live, Random& random) {
  std::size_t freed = 0;
  std::size_t kept = 0;
  for (const Block& block : live) {
    if (random.below(10) == 0) {
      live[kept++] = block;
    } else {
      freed += block.size;
      release(block);
    }
  }
  live.resize(kept);
  return freed;
}

// An allocator may give memory back by and by: when time has passed, and it is called again.
void pause() {
  usleep(250'000);
  for (int i = 0; i < 10'000; ++i) release(allocate(100));
}

}  // namespace

void fragmentation(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    const auto bytes = static_cast<std::size_t>(run.count());
    std::vector<Block> live;
    // So that what this vector needs is not seen: it never grows.
    live.reserve(bytes / 64);
    Random& random = lane.random();
    lane.begin();
    fill(live, bytes, 16, random);
    report("resident_full", resident_bytes());
    const std::size_t freed = thin_out(live, random);
    lane.suspend();
    report("resident_freed", resident_bytes());
    pause();
    report("resident_pause", resident_bytes());
    lane.resume();
    // Larger blocks than before, which do not fit the holes one to one.
    fill(live, freed, 32, random);
    report("resident_refilled", resident_bytes());
    for (const Block& block : live) release(block);
    lane.end();
    report("resident_empty", resident_bytes());
  });
}

}  // namespace Atoll::bench
