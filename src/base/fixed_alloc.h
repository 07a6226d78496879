// A free list of records of one size, which the book calls fixalloc. The heap has one for each kind
// of record: spans, caches, treap nodes and specials.
//
// Chunks of 16 KiB, or what the geometry says, come from PersistentAlloc. Up to release 1.17 the
// tail of a chunk that is too short for a record is wasted; from 1.18 a chunk is a whole number of
// records.
#pragma once

#include <cstddef>
#include <cstdint>

#include "src/base/persistent_alloc.h"

namespace Atoll {

// Not thread safe: callers hold the heap's lock.
class FixedAlloc {
 public:
  static constexpr std::uint64_t kChunkBytes = kGeometryOfGo.fixed_chunk;

  // Called with `argument` the first time that alloc() is about to hand a record out. False: the
  // callee could not register the record. Then alloc() fails, and a later call tries the same
  // record again.
  using FirstFunction = bool (*)(void* argument, void* record);

  enum class Zero : bool { kNo, kYes };

  constexpr FixedAlloc() = default;
  FixedAlloc(const FixedAlloc&) = delete;
  FixedAlloc& operator=(const FixedAlloc&) = delete;

  // `size` is 1 to 16384 and is rounded up to a multiple of 8. `memory` must outlive this object.
  // When `memory` gives everything back, all records are gone, and init() may follow. With
  // Zero::kNo a record that was freed keeps its contents except the first word; a new record is
  // zero.
  void init(PersistentAlloc& memory, port::Release release, std::uint64_t size, MemoryKind kind,
            FirstFunction first = nullptr, void* argument = nullptr, Zero zero = Zero::kYes);

  // A record at a multiple of 8, and of 64 if its size is one; or null if there is no memory.
  void* alloc();
  // The same, but never a record that was freed.
  void* alloc_new();
  // Takes back what these handed out.
  void free(void* record);

  std::uint64_t record_size() const { return size_; }
  // Bytes of records that were handed out and not freed, e.g. mspan_inuse.
  std::uint64_t in_use_bytes() const { return in_use_; }

 private:
  // The first word of a free record.
  struct Link {
    Link* next;
  };

  void* pop_free();
  void* cut_new();

  PersistentAlloc* memory_ = nullptr;
  FirstFunction first_ = nullptr;
  void* argument_ = nullptr;
  Link* free_ = nullptr;
  std::byte* rest_ = nullptr;  // of the newest chunk
  std::size_t rest_bytes_ = 0;
  std::size_t chunk_bytes_ = 0;
  std::size_t size_ = 0;
  std::uint64_t in_use_ = 0;
  MemoryKind kind_ = MemoryKind::kOther;
  Zero zero_ = Zero::kYes;
};

}  // namespace Atoll
