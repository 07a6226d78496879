// Counts a heap's samples by call stack and size: how many were taken, and how many of them are
// free again. For code that must not call the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "os/base/address.h"
#include "src/base/memory_kind.h"
#include "src/base/mutex.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/malloc/report.h"
#include "src/objects/options.h"
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

  // Counts a sample of an object of `size` bytes at `object`, which the innermost of these frames
  // allocated. The result is for remove(). Null: there was no memory, and the sample is not
  // counted.
  void* add(std::span<const std::uintptr_t> stack, std::uint64_t size, Address object);
  // The object is free, by these frames. `sample` is what add() returned, null included. The
  // profile remembers who freed it until kKeptFreed others were freed.
  void remove(void* sample, std::span<const std::uintptr_t> stack);

  // Makes a heap with these options call both of them, with the stacks of its callers. Before
  // init() no sample counts: those would be of the start's own objects.
  void listen(objects::Options& options);

  // The last sample of an object that holds `address`.
  struct Trace {
    std::span<const std::uintptr_t> allocated_by;
    std::span<const std::uintptr_t> freed_by;
    bool is_freed = false;
  };
  // For a process that is about to die: takes no lock, since the caller may hold it.
  std::optional<Trace> trace_of(Address address) const;

  // Frames of who freed an object, and objects of which that is kept: 100 KiB for a whole report.
  static constexpr std::size_t kFreeFrames = 6;
  static constexpr std::size_t kKeptFreed = 1024;

  // Writes the form that the tool pprof reads: a line of sums, then one for each stack and size,
  //   objects in use: their bytes [objects ever: their bytes] @ address of each frame ...
  // Samples are not scaled; `rate` tells the reader how many objects each stands for.
  void write(std::uint64_t rate, const Writer& writer);

  // Bytes that the profile has from the system.
  std::uint64_t bytes() const;

  Mutex& lock() { return lock_; }

 private:
  struct Bucket;
  struct Sample;
  static void* on_sample(void* context, void* object, std::uint64_t size);
  static void on_sample_freed(void* context, void* sample);
  struct Chain {
    Bucket* first;
  };
  static constexpr std::size_t kTableSize = policy::kProfileChains;

  Bucket* find(std::span<const std::uintptr_t> stack, std::uint64_t size);
  Sample* new_sample();

  Mutex lock_;
  const Platform* platform_ = nullptr;
  MemoryCounters counters_;
  PersistentAlloc memory_;
  Chain* table_ = nullptr;  // by hash; null: nothing was added yet
  // Of objects: all, the newest record first; and those of freed ones, the oldest first.
  Sample* samples_ = nullptr;
  Sample* first_freed_ = nullptr;
  Sample* last_freed_ = nullptr;
  std::size_t freed_count_ = 0;
  std::uint64_t sample_count_ = 0;  // ever
};

}  // namespace Atoll
