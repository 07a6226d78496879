// What memory from the system is used for, and how much of it there is: the "sys" figures of the
// book's memory statistics.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace Atoll {

// The heap's own pages are counted by the page heap; these are the records beside them.
enum class MemoryKind : std::uint8_t {
  kSpans,      // mspan_sys: records of spans
  kCaches,     // mcache_sys: caches of threads
  kProfiling,  // buckhash_sys: buckets of the heap profile
  kGc,         // gc_sys: arena maps and metadata, bitmaps
  kOther,      // other_sys: specials, treap nodes, and what PersistentAlloc holds in stock
};
inline constexpr std::size_t kMemoryKinds = 5;

// Thread safe. Each figure is exact; several of them are read one after the other.
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
  // As wide as a pointer: more than that cannot be had, and 32-bit processors have no 64-bit
  // atomics.
  std::atomic<std::size_t>& of(MemoryKind kind) { return bytes_[static_cast<std::size_t>(kind)]; }

  std::array<std::atomic<std::size_t>, kMemoryKinds> bytes_{};
};

}  // namespace Atoll
