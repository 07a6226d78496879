// Memory for the heap's own records. They are never freed one by one, but all together when the
// heap ends.
//
// Small records are cut from chunks of 256 KiB; a record of 64 KiB or more is direct: an allocation
// of its own from the system. Both sizes are Go's in all releases; another geometry can change
// them. A chunk's first word links it to the chunk before, so the first record begins behind that
// word, aligned (as in releases from 1.13; releases 1.11 and 1.12 did not align it, or had no
// link).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "src/base/geometry.h"
#include "src/base/memory_kind.h"
#include "src/base/mutex.h"
#include "src/base/platform.h"

namespace Atoll {

// Thread safe.
class PersistentAlloc {
 public:
  static constexpr std::uint64_t kChunkBytes = kGeometryOfGo.record_chunk;
  static constexpr std::uint64_t kDirectBytes = kGeometryOfGo.direct_record;
  static constexpr std::uint64_t kMaxAlignment = 8192;

  constexpr PersistentAlloc() = default;
  PersistentAlloc(const PersistentAlloc&) = delete;
  PersistentAlloc& operator=(const PersistentAlloc&) = delete;

  // All three must outlive this object. Nothing is allocated yet.
  void init(const Platform& platform, MemoryCounters& counters,
            const Geometry& geometry = kGeometryOfGo);

  // `size` bytes, not 0, zeroed, at a multiple of `alignment`: a power of two up to 8192 and, for
  // direct records, up to a page of the hardware. They are counted as `kind`, direct ones in whole
  // pages of the hardware. Null if the system has no memory left; then the stock may have grown,
  // and nothing else has changed.
  void* alloc(std::uint64_t size, std::uint64_t alignment, MemoryKind kind);

  template <typename T>
  T* alloc_array(std::uint64_t count, MemoryKind kind) {
    if (count > ~std::uint64_t{0} / sizeof(T)) return nullptr;
    return static_cast<T*>(alloc(count * sizeof(T), alignof(T), kind));
  }

  // Gives everything back to the system. All records are gone and no longer counted; init() may
  // follow. No other thread may use this object meanwhile.
  void release_all();

  // Bytes of chunks that are in no record; part of other_sys. They include gaps of alignment,
  // links, and tails of chunks that were too short for a record.
  std::uint64_t stock() const;

  const Geometry& geometry() const { return *geometry_; }
  Mutex& lock() { return mutex_; }

 private:
  // The first word of a chunk.
  struct Chunk {
    Chunk* previous;
  };
  // Remembers a direct record for release_all(). The first ones lie in this object, the others are
  // records in chunks, counted as kOther.
  struct Direct {
    Address base;
    std::uint64_t size = 0;
    Direct* previous = nullptr;
  };

  // Under the lock.
  void* alloc_direct(std::uint64_t size, MemoryKind kind);
  bool has_room(std::uint64_t size, std::uint64_t alignment) const;
  void* cut(std::uint64_t size, std::uint64_t alignment, MemoryKind kind);
  bool add_chunk();
  std::uint64_t chunk_bytes() const { return platform_->whole_pages(geometry_->record_chunk); }
  void count(MemoryKind kind, std::uint64_t bytes);
  void uncount(MemoryKind kind, std::uint64_t bytes);

  const Platform* platform_ = nullptr;
  MemoryCounters* counters_ = nullptr;
  const Geometry* geometry_ = &kGeometryOfGo;
  mutable Mutex mutex_;
  Chunk* chunks_ = nullptr;
  Direct* directs_ = nullptr;
  std::array<Direct, 4> first_directs_;
  std::size_t first_count_ = 0;
  Range rest_;  // of the newest chunk
  std::uint64_t stock_ = 0;
  // This object's part of the counters, which others may use too.
  std::array<std::uint64_t, kMemoryKinds> counted_{};
};

}  // namespace Atoll
