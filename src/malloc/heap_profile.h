// Counts a heap's samples by call stack and size: how many were taken, and how many of them are
// free again. For code that must not call the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "src/base/memory_kind.h"
#include "src/base/mutex.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/malloc/report.h"
#include "src/policy.h"

namespace Atoll {

// Thread safe, except init().
class HeapProfile {
 public:
  // Of deeper stacks the outermost frames are left out.
  static constexpr std::size_t kMostFrames = policy::kMostFrames;

  constexpr HeapProfile() = default;

  // `platform` must outlive this object. Nothing is allocated yet.
  void init(const Platform& platform);

  // Counts a sample of an object of `size` bytes, which the innermost of these frames allocated.
  // The result is for remove(). Null: there was no memory, and the sample is not counted.
  void* add(std::span<const std::uintptr_t> stack, std::uint64_t size);
  // The object is free. `bucket` is what add() returned, null included.
  void remove(void* bucket);

  // Writes the form that the tool pprof reads: a line of sums, then one for each stack and size,
  //   objects in use: their bytes [objects ever: their bytes] @ address of each frame ...
  // Samples are not scaled; `rate` tells the reader how many objects each stands for.
  void write(std::uint64_t rate, const Writer& writer);

  // Bytes that the profile has from the system.
  std::uint64_t bytes() const;

  Mutex& lock() { return lock_; }

 private:
  struct Bucket;
  struct Chain {
    Bucket* first;
  };
  static constexpr std::size_t kTableSize = policy::kProfileChains;

  Bucket* find(std::span<const std::uintptr_t> stack, std::uint64_t size);

  Mutex lock_;
  const Platform* platform_ = nullptr;
  MemoryCounters counters_;
  PersistentAlloc memory_;
  Chain* table_ = nullptr;  // by hash; null: nothing was added yet
};

}  // namespace Atoll
