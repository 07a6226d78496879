// How much memory the heap has from the system for each purpose: the "sys" figures of the book's
// memory statistics.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace Atoll {

// These are the heap's records. The page heap counts the heap's pages.
enum class MemoryKind : std::uint8_t {
  kSpans,      // mspan_sys: records of spans
  kCaches,     // mcache_sys: caches of threads
  kProfiling,  // buckhash_sys: buckets of the heap profile
  kGc,         // gc_sys: arena maps and metadata, bitmaps
  kOther,      // other_sys: specials, treap nodes, and the stock of PersistentAlloc
};
inline constexpr std::size_t kMemoryKinds = 5;

// Thread safe. Each figure is exact, but figures that are read one after the other may be of
// different moments.
class MemoryCounters {
 public:
  void add(MemoryKind kind, std::uint64_t bytes) {
    of(kind).fetch_add(static_cast<std::size_t>(bytes), std::memory_order_relaxed);
  }
  void remove(MemoryKind kind, std::uint64_t bytes) {
    of(kind).fetch_sub(static_cast<std::size_t>(bytes), std::memory_order_relaxed);
  }
  std::uint64_t get(MemoryKind kind) const {
    return bytes_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }

 private:
  // As wide as a pointer: a process cannot have more memory, and 32-bit processors have no 64-bit
  // atomics.
  std::atomic<std::size_t>& of(MemoryKind kind) { return bytes_[static_cast<std::size_t>(kind)]; }

  std::array<std::atomic<std::size_t>, kMemoryKinds> bytes_{};
};

}  // namespace Atoll
