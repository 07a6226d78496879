// The statistics that a heap must report, as far as models know them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "src/heap/statistics.h"

namespace Atoll::test {

struct Counts {
  struct OfClass {
    std::uint64_t mallocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t unswept = 0;  // died in a mark phase: become frees when they are swept

    std::uint64_t live() const { return mallocs - frees; }
  };

  // Without blocks of tiny objects: the heap decides when one begins and ends.
  std::array<OfClass, port::kMaxSizeClasses> by_class;
  OfClass large;
  std::uint64_t large_bytes = 0;  // of live(), and so with those that are unswept
  std::uint64_t large_bytes_unswept = 0;
  std::uint64_t tiny_allocs = 0;
  std::map<std::uintptr_t, std::uint32_t> tiny_blocks;  // in use: number of objects in each
  std::uint64_t tiny_blocks_unswept = 0;
  std::uint64_t stack_bytes = 0;

  // Adds the counts of another model.
  void add(const Counts& other);
  // Call it when a sweep is complete.
  void all_swept();
};

// Returns the first difference, or nothing. Up to `threads` threads may have an open block without
// an object.
std::string compare(const Statistics& statistics, const Counts& counts, unsigned threads);

// Returns the first identity of statistics.h that does not hold, or nothing.
std::string check_identities(const Statistics& statistics);

}  // namespace Atoll::test
