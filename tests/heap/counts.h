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
    std::uint64_t unswept = 0;  // died in a mark phase: frees, as soon as they are swept

    std::uint64_t live() const { return mallocs - frees; }
  };

  // Without blocks of tiny objects: when one begins and ends is the heap's affair.
  std::array<OfClass, port::kMaxSizeClasses> by_class;
  OfClass large;
  std::uint64_t large_bytes = 0;  // of live(), and so with those that are unswept
  std::uint64_t large_bytes_unswept = 0;
  std::uint64_t tiny_allocs = 0;
  std::map<std::uintptr_t, std::uint32_t> tiny_blocks;  // in use: number of objects in each
  std::uint64_t tiny_blocks_unswept = 0;
  std::uint64_t stack_bytes = 0;

  // What several models know together.
  void add(const Counts& other);
  // A sweep is complete.
  void all_swept();
};

// The first difference, or nothing. So many threads may have a block open that has no object.
std::string compare(const Statistics& statistics, const Counts& counts, unsigned threads);

// The first identity of statistics.h that does not hold, or nothing.
std::string check_identities(const Statistics& statistics);

}  // namespace Atoll::test
