// A run of pages that are used together: free, or holding objects of one size class, or one large
// object, or stacks.
//
// Records of spans come from a FixedAlloc that never gives their memory away while the heap lives,
// and never clears it, so a record may be looked at without a lock: `state` tells what it is now.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "src/base/list.h"
#include "src/port/port.h"

namespace Atoll {

namespace objects {
struct FreeObject;
struct HeldSpans;
struct Special;
}  // namespace objects

namespace pages {

struct Arena;
struct TreapNode;

enum class SpanState : std::uint8_t {
  kDead,    // the record is on the free list of its allocator
  kFree,    // its pages are the page heap's
  kInUse,   // its pages hold objects
  kManual,  // its pages hold stacks
};

// A word of a bitmap that several threads look at: as wide as the widest atomic of every target.
using BitWord = std::size_t;
inline constexpr unsigned kBitsPerWord = sizeof(BitWord) * 8;

// Pages that hold so many bytes, whatever the number.
constexpr std::uint64_t pages_for(std::uint64_t bytes) {
  return bytes / port::kPageSize + (bytes % port::kPageSize != 0 ? 1 : 0);
}

// No span has more objects: those of 8 bytes, on one page.
inline constexpr unsigned kMaxObjectsPerSpan = port::kPageSize / 8;
inline constexpr std::size_t kBitmapBytes = kMaxObjectsPerSpan / 8;

// What it takes to free an object stands first, in one line of the processor's cache.
struct alignas(64) Span {
  // The spans of the cache that holds this one, or null. Written under the lock of the central
  // list, and from and to a cache's own only under that cache's lock too. While the record is dead,
  // here is its allocator's link.
  std::atomic<objects::HeldSpans*> holder{nullptr};
  // The list it is on, whoever keeps that list.
  List<Span>* list = nullptr;

  // --- Of the page heap. Constant while the span is in use. ---
  Address base;
  std::uint64_t npages = 0;

  // --- Of the objects in it (src/objects/). Constant while the span is in use, but where told. ---
  // A bit per object, in the arena's metadata. Set: taken, by a user or by a thread's cache.
  std::atomic<BitWord>* alloc_bits = nullptr;
  std::uint32_t reciprocal = 0;    // of object_size: see objects/span_objects.h
  std::uint16_t object_count = 0;  // how many fit
  // Under the lock of the cache that holds the span, or of its central list while nobody does:
  std::uint16_t taken_count = 0;  // bits set in alloc_bits, but those of alloc_cache
  std::uint16_t free_index = 0;   // no bit is clear before; the first of a word, or object_count
  // Objects that others have freed while it is held. Under the lock of its central list.
  std::atomic<std::uint16_t> freed_count{0};
  std::atomic<SpanState> state{SpanState::kDead};  // of the page heap
  std::atomic<std::uint8_t> span_class{0};         // a size class and whether there are pointers
  bool frees_slowly = false;  // objects have records, or are tiny: page records stay empty
  // These fields are right: set when they are, and cleared before the span is freed. Under the page
  // heap's lock a span that has it set keeps them.
  std::atomic<bool> has_objects{false};

  std::uint64_t object_size = 0;  // in bytes; of a large object, its pages
  // Under the lock of the cache that holds the span: objects taken and not yet handed out ...
  std::uint64_t alloc_cache = 0;
  std::uint16_t cache_base = 0;  // ... a bit each, from this one on
  // Under the lock of its central list: those that others have freed, whose bits are still set, and
  // the next of the holder's spans that has such.
  objects::FreeObject* freed_by_others = nullptr;
  Span* next_freed = nullptr;

  objects::Special* specials = nullptr;                           // by offset and kind
  std::atomic<std::atomic<std::uint32_t>*> tiny_blocks{nullptr};  // see objects/tiny.h
  // Set: found by the collector's mark phase.
  std::atomic<BitWord>* mark_bits = nullptr;
  std::atomic<std::uint32_t> sweep_generation{0};

  // --- Of the stacks in it (src/stacks/), under the lock of their pool. ---
  // Constant while the span is in use: their size is FixedStack << order; 0xff: one large stack.
  std::uint8_t stack_order = 0;
  std::uint32_t stacks_in_use = 0;
  void* free_stacks = nullptr;

  // --- Of the list, and of the page heap, again. ---
  Span* next = nullptr;
  Span* previous = nullptr;
  TreapNode* treap_node = nullptr;
  Arena* stand_in = nullptr;       // for arenas it covers; see stand_ins.h
  std::uint64_t unused_since = 0;  // of a free span: when it became free, in nanoseconds
  bool needs_zero = false;         // some bytes of its pages may not be zero
  bool has_records = false;        // the records of its pages may not be empty
  // Most of its pages hold memory, as far as whoever frees it can tell.
  bool is_resident = false;

  std::uint64_t bytes() const { return npages * port::kPageSize; }
  Range range() const { return {base, bytes()}; }
};

}  // namespace pages
}  // namespace Atoll
