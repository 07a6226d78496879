// A free list of records of one size: what the book calls fixalloc. The heap has one each for
// spans, caches, treap nodes and specials.
//
// Chunks of 16 KiB come from PersistentAlloc. Up to release 1.17 the tail of a chunk that is too
// short for a record is wasted; from 1.18 a chunk is a whole number of records.
#pragma once

#include <cstddef>
#include <cstdint>

#include "src/base/persistent_alloc.h"

namespace Atoll {

// Not thread safe: callers hold the heap's lock.
class FixedAlloc {
 public:
  static constexpr std::uint64_t kChunkBytes = std::uint64_t{16} << 10;

  // Called with `argument` for each record when it is handed out for the first time ever. False:
  // the record could not be taken note of, and alloc() fails; the record is tried again later.
  using FirstFunction = bool (*)(void* argument, void* record);

  enum class Zero : bool { kNo, kYes };

  constexpr FixedAlloc() = default;
  FixedAlloc(const FixedAlloc&) = delete;
  FixedAlloc& operator=(const FixedAlloc&) = delete;

  // `size` is 1 to 16384 and is raised to a multiple of 8. `memory` must outlive this object; when
  // it gives everything back, all records are gone, and init() may follow. With Zero::kNo a record
  // keeps what was in it when it was freed, but for its first word; a new one is zero.
  void init(PersistentAlloc& memory, port::Release release, std::uint64_t size, MemoryKind kind,
            FirstFunction first = nullptr, void* argument = nullptr, Zero zero = Zero::kYes);

  // A record at a multiple of 8, and of 64 if its size is one; or null if there is no memory.
  void* alloc();
  // Takes back what alloc() handed out.
  void free(void* record);

  std::uint64_t record_size() const { return size_; }
  // Records handed out and not freed, e.g. mspan_inuse.
  std::uint64_t in_use_bytes() const { return in_use_; }

 private:
  // What a free record begins with.
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
