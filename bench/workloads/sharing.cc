// Tests whether the allocator lets small blocks of two threads share a cache line. Most of the time
// goes into writes to the blocks; a shared line makes these many times slower.

#include <array>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

constexpr int kWrites = 1000;

void write_often(Block block) {
  for (int i = 0; i < kWrites; ++i) {
    block.data[0] = static_cast<char>(block.data[0] + 1);
    keep(block.data);
  }
}

void allocate_and_write(std::int64_t count, std::size_t size) {
  for (std::int64_t i = 0; i < count; ++i) {
    const Block block = allocate(size);
    write_often(block);
    std::free(block.data);
  }
}

}  // namespace

// Lines that the allocator brings about by itself, giving parts of one line to two threads.
void cache_thrash(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    lane.begin();
    allocate_and_write(run.count(), run.size());
    lane.end();
  });
}

// Lines that the program brings about, giving neighbours to two threads, which free them: the
// allocator should not go on with that.
void cache_scratch(Run& run) {
  std::array<Block, 2> given;
  for (Block& block : given) block = allocate(run.size());
  run.on_lanes([&](Lane& lane) {
    const Block own = given[static_cast<std::size_t>(lane.number())];
    lane.begin();
    write_often(own);
    std::free(own.data);
    allocate_and_write(run.count(), run.size());
    lane.end();
  });
}

}  // namespace Atoll::bench
