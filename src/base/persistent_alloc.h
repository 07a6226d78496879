// Memory for the heap's own records, which are never given back one by one, but all together when
// the heap ends.
//
// Small records are cut from chunks of 256 KiB; one of 64 KiB or more is a call of the system of
// its own, if nothing else is asked for. Both sizes are those of all releases, see facts of
// persistentalloc in docs/. A chunk's first word links it to the one before, so the first record
// begins behind it, aligned (releases from 1.13; releases 1.11 and 1.12 did not align it, or had no
// link).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "src/base/memory_kind.h"
#include "src/base/mutex.h"
#include "src/base/platform.h"
#include "src/policy.h"

namespace Atoll {

// Thread safe.
class PersistentAlloc {
 public:
  static constexpr std::uint64_t kChunkBytes = std::uint64_t{256} << 10;
  static constexpr std::uint64_t kDirectBytes = std::uint64_t{64} << 10;
  static constexpr std::uint64_t kMaxAlignment = 8192;

  // What chunks have, and from where on a record is a call of its own: half a chunk at most.
  struct Sizes {
    std::uint64_t chunk = kChunkBytes;
    std::uint64_t direct = kDirectBytes;
  };
  // For a heap that asks the system as little as it can.
  static constexpr Sizes kLargerChunks{policy::kRecordChunk, policy::kDirectRecord};

  constexpr PersistentAlloc() = default;
  PersistentAlloc(const PersistentAlloc&) = delete;
  PersistentAlloc& operator=(const PersistentAlloc&) = delete;

  // Both must outlive this object. Nothing is allocated yet.
  void init(const Platform& platform, MemoryCounters& counters, Sizes sizes);
  void init(const Platform& platform, MemoryCounters& counters) { init(platform, counters, {}); }

  // `size` bytes, not 0, zeroed, at a multiple of `alignment` (a power of two up to 8192; direct
  // ones up to a page of the hardware), counted as `kind`: direct ones in whole pages of the
  // hardware. Null if the system has no memory left, and then at most the stock has grown.
  void* alloc(std::uint64_t size, std::uint64_t alignment, MemoryKind kind);

  template <typename T>
  T* alloc_array(std::uint64_t count, MemoryKind kind) {
    if (count > ~std::uint64_t{0} / sizeof(T)) return nullptr;
    return static_cast<T*>(alloc(count * sizeof(T), alignof(T), kind));
  }

  // Gives everything back to the system. Every record is gone and counted no longer; init() may
  // follow. Nobody else may use this object meanwhile.
  void release_all();

  // Bytes of chunks that no record has; part of other_sys. Gaps of alignment, links and the tails
  // of chunks that were too short are among them.
  std::uint64_t stock() const;

  Mutex& lock() { return mutex_; }

 private:
  // What a chunk begins with.
  struct Chunk {
    Chunk* previous;
  };
  // Remembers an allocation of its own for release_all(). The first ones lie in this object, others
  // are records in chunks, counted as kOther.
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
  std::uint64_t chunk_bytes() const { return platform_->whole_pages(sizes_.chunk); }
  void count(MemoryKind kind, std::uint64_t bytes);
  void uncount(MemoryKind kind, std::uint64_t bytes);

  const Platform* platform_ = nullptr;
  MemoryCounters* counters_ = nullptr;
  Sizes sizes_;
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
