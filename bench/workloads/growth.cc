// Buffers that grow, cleared memory, and blocks of their own pages.

#include <array>
#include <cstdlib>
#include <cstring>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

// Makes the block larger; its last byte's mark must have come along.
void grow(Block& block, std::size_t size) {
  check_marks(block);
  block.data = static_cast<char*>(std::realloc(block.data, size));
  if (block.data == nullptr) fail("out of memory");
  const std::size_t old_size = block.size;
  block.size = size;
  // Writes the new part, like a program that appends.
  std::memset(block.data + old_size, 'a', size - old_size);
  write_marks(block);
}

// Some buffers that grow in turn by half, from `smallest` up to `largest`.
void grow_in_turn(Run& run, std::size_t smallest, std::size_t largest) {
  run.on_lanes([&](Lane& lane) {
    std::array<Block, 8> buffers;
    const std::int64_t rounds = run.count();
    lane.begin();
    for (std::int64_t i = 0; i < rounds; ++i) {
      for (Block& buffer : buffers) buffer = allocate(smallest);
      for (std::size_t size = smallest; size < largest;) {
        size += size / 2;
        for (Block& buffer : buffers) grow(buffer, size);
      }
      for (const Block& buffer : buffers) release(buffer);
    }
    lane.end();
  });
}

void check_zero(const char* data, std::size_t size, std::size_t step) {
  keep(data);
  char any = data[size - 1];
  for (std::size_t at = 0; at < size; at += step) any |= data[at];
  if (any != 0) fail("calloc() gave memory that is not zero");
}

Block allocate_zeroed(std::size_t size, std::size_t step) {
  const Block block = {.data = static_cast<char*>(std::calloc(size / 8, 8)), .size = size};
  if (block.data == nullptr) fail("out of memory");
  check_zero(block.data, size, step);
  write_marks(block);
  return block;
}

// A window of live blocks of 64 KiB and more, the oldest replaced by a new one.
template <class Allocate>
void replace_large(Run& run, std::size_t smallest, unsigned doublings, Allocate allocate_one) {
  run.on_lanes([&](Lane& lane) {
    std::array<Block, 8> live;
    Random& random = lane.random();
    for (Block& block : live) block = allocate_one(smallest);
    const std::int64_t count = run.count();
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) {
      Block& block = live[static_cast<std::size_t>(i) % live.size()];
      std::free(block.data);
      block = allocate_one(random.size(smallest, doublings) & ~std::size_t{7});
    }
    lane.end();
    for (const Block& block : live) std::free(block.data);
  });
}

// Writes to both ends and a few places between, as a hash table or a buffer of a large file may.
Block allocate_sparse(std::size_t size) {
  const Block block = {.data = static_cast<char*>(std::malloc(size)), .size = size};
  if (block.data == nullptr) fail("out of memory");
  for (std::size_t at = 0; at < size; at += size / 16) block.data[at] = 'a';
  block.data[size - 1] = 'z';
  keep(block.data);
  return block;
}

}  // namespace

void realloc_small(Run& run) { grow_in_turn(run, 16, 32 << 10); }

void realloc_large(Run& run) { grow_in_turn(run, 64 << 10, 16 << 20); }

void calloc_small(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::array<Block, 64> live;
    Random& random = lane.random();
    for (Block& block : live) block = allocate_zeroed(16, 8);
    const std::int64_t count = run.count();
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) {
      Block& block = live[static_cast<std::size_t>(i) % live.size()];
      release(block);
      block = allocate_zeroed(random.size(16, 6) & ~std::size_t{7}, 64);
    }
    lane.end();
    for (const Block& block : live) release(block);
  });
}

void calloc_large(Run& run) {
  replace_large(run, 64 << 10, 5, [](std::size_t size) { return allocate_zeroed(size, 4096); });
}

void large_touched(Run& run) {
  replace_large(run, 64 << 10, 5, [](std::size_t size) { return allocate(size); });
}

void large_sparse(Run& run) { replace_large(run, 1 << 20, 6, allocate_sparse); }

}  // namespace Atoll::bench
