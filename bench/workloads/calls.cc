// Calls beside malloc() and free(), each in its shortest form.

#include <malloc.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "bench/workloads/block.h"
#include "bench/workloads/loops.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

Block allocate_aligned(std::size_t size) {
  const Block block = {.data = static_cast<char*>(std::aligned_alloc(size, size)), .size = size};
  if (block.data == nullptr) fail("out of memory");
  if (reinterpret_cast<std::uintptr_t>(block.data) % size != 0) fail("a block is not aligned");
  write_marks(block);
  return block;
}

// A buffer grows by this many bytes in a step. Each step ends with the size of the buffer.
constexpr std::size_t kStep = 16;

void append(char* buffer, std::size_t size) {
  std::memcpy(buffer + size - sizeof(size), &size, sizeof(size));
  keep(buffer);
}

void check_steps(const char* buffer, std::size_t size) {
  bool same = true;
  for (std::size_t at = kStep; at <= size; at += kStep) {
    std::size_t found = 0;
    std::memcpy(&found, buffer + at - sizeof(found), sizeof(found));
    same &= found == at;
  }
  if (!same) fail("a block changed while it grew");
}

}  // namespace

void usable_size(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    std::array<Block, 64> live;
    for (Block& block : live) block = allocate(lane.random().size(16, 7));
    const std::int64_t count = run.count();
    bool is_enough = true;
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) {
      const Block block = live[static_cast<std::size_t>(i) % live.size()];
      is_enough &= malloc_usable_size(block.data) >= block.size;
    }
    lane.end();
    if (!is_enough) fail("a block is said to be smaller than it is");
    for (const Block& block : live) release(block);
  });
}

void aligned_pairs(Run& run) {
  use_in_turn<1>(run, [](std::size_t size) { release(allocate_aligned(size)); });
}

void zeroed_pairs(Run& run) {
  use_in_turn<0>(run, [](std::size_t size) {
    const Block block = {.data = static_cast<char*>(std::calloc(1, size)), .size = size};
    if (block.data == nullptr) fail("out of memory");
    // A block that was not cleared has the marks of the one before at its ends.
    keep(block.data);
    if (block.data[0] != 0 || block.data[size - 1] != 0) fail("calloc() gave old memory");
    write_marks(block);
    release(block);
  });
}

void realloc_in_place(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    const std::int64_t rounds = run.count();
    const std::size_t largest = run.size();
    lane.begin();
    for (std::int64_t i = 0; i < rounds; ++i) {
      char* buffer = nullptr;
      for (std::size_t size = kStep; size <= largest; size += kStep) {
        buffer = static_cast<char*>(std::realloc(buffer, size));
        if (buffer == nullptr) fail("out of memory");
        append(buffer, size);
      }
      check_steps(buffer, largest);
      std::free(buffer);
    }
    lane.end();
  });
}

}  // namespace Atoll::bench
