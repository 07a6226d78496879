// The memory statistics of a heap.
#pragma once

#include <array>
#include <cstdint>

#include "src/port/size_classes.h"

namespace Atoll {

// The names are those of Go's runtime.MemStats. Numbers are bytes unless a comment says otherwise.
// At every moment:
//   - sys is the sum of heap_sys, stack_sys, mspan_sys, mcache_sys, buck_hash_sys, gc_sys and
//     other_sys;
//   - heap_sys is heap_idle + heap_in_use, and heap_idle is heap_released + heap_fresh + heap_kept;
//   - mallocs is large_mallocs plus the sum of by_size[i].mallocs, and likewise frees; their
//     difference is heap_objects;
//   - heap_alloc, which is alloc, is large_alloc plus the sum of by_size[i].size * (mallocs -
//   frees);
//     it is at most heap_in_use;
//   - heap_alloc plus large_cached and the sum of by_size[i].size * free_places is also at most
//     heap_in_use.
struct Statistics {
  std::uint64_t alloc = 0;        // of objects in use
  std::uint64_t total_alloc = 0;  // of all objects ever
  std::uint64_t sys = 0;          // from the system
  std::uint64_t mallocs = 0;      // number of objects ever; a tiny block counts as one
  std::uint64_t frees = 0;

  std::uint64_t heap_alloc = 0;
  std::uint64_t heap_sys = 0;       // address space of the heap, less that of stacks
  std::uint64_t heap_idle = 0;      // free spans
  std::uint64_t heap_in_use = 0;    // spans of objects
  std::uint64_t heap_released = 0;  // of heap_idle: given back to the system
  std::uint64_t heap_fresh = 0;     // of heap_idle: never used
  std::uint64_t heap_kept = 0;      // of heap_idle: used before, and not given back
  std::uint64_t heap_objects = 0;   // number of objects in use
  std::uint64_t heap_cached = 0;    // number of free objects in caches of threads

  std::uint64_t stack_in_use = 0;  // spans of stacks
  std::uint64_t stack_sys = 0;
  std::uint64_t mspan_in_use = 0;
  std::uint64_t mspan_sys = 0;
  std::uint64_t mcache_in_use = 0;
  std::uint64_t mcache_sys = 0;
  std::uint64_t buck_hash_sys = 0;
  std::uint64_t gc_sys = 0;
  std::uint64_t other_sys = 0;

  std::uint64_t tiny_allocs = 0;    // number of tiny objects, which are not in mallocs
  std::uint64_t large_mallocs = 0;  // numbers of objects larger than 32 KiB
  std::uint64_t large_frees = 0;
  std::uint64_t large_alloc = 0;
  std::uint64_t large_total_alloc = 0;
  std::uint64_t large_cached = 0;  // of large objects that are free, in caches of threads

  struct BySize {
    std::uint32_t size = 0;
    std::uint64_t mallocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t free_places = 0;  // for objects, in existing spans
  };
  unsigned size_classes = 0;  // entries of by_size in use; the first is empty
  std::array<BySize, port::kMaxSizeClasses> by_size{};

  // The number of small objects that the heap could allocate without more pages, each of its own
  // size.
  std::uint64_t free_places() const {
    std::uint64_t sum = 0;
    for (const BySize& one : by_size) sum += one.free_places;
    return sum;
  }

  // The memory of the heap's own records and bitmaps: what the heap costs beyond its objects.
  std::uint64_t metadata() const {
    return mspan_sys + mcache_sys + buck_hash_sys + gc_sys + other_sys;
  }
};

}  // namespace Atoll
