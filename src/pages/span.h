// A span: a run of pages that is free, or holds objects of one size class, one large object, or
// stacks.
//
// The records of spans come from a FixedAlloc that does not give their memory away or clear it
// while the heap lives, so any thread may look at a record without a lock: `state` tells what it is
// now.
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
  kFree,    // its pages belong to the page heap
  kInUse,   // its pages hold objects
  kManual,  // its pages hold stacks
};

// A word of a bitmap that several threads look at: as wide as the widest atomic of every target.
using BitWord = std::size_t;
inline constexpr unsigned kBitsPerWord = sizeof(BitWord) * 8;

// How many pages hold `bytes`, for any number of bytes without overflow.
constexpr std::uint64_t pages_for(std::uint64_t bytes) {
  return bytes / port::kPageSize + (bytes % port::kPageSize != 0 ? 1 : 0);
}

// The most objects that a span can have: those of 8 bytes, on one page.
inline constexpr unsigned kMaxObjectsPerSpan = port::kPageSize / 8;
inline constexpr std::size_t kBitmapBytes = kMaxObjectsPerSpan / 8;

// The fields that freeing an object needs stand first, in one cache line.
struct alignas(64) Span {
  // The spans of the cache that holds this one, or null. Written under the lock of the central
  // list; a write from or to a cache's own value needs that cache's lock too. While the record is
  // dead, the allocator's link is here.
  std::atomic<objects::HeldSpans*> holder{nullptr};
  // The list that the span is on, whoever keeps that list.
  List<Span>* list = nullptr;

  // --- For the page heap. Constant while the span is in use, except that extend() and truncate()
  // change npages. ---
  Address base;
  std::uint64_t npages = 0;

  // --- For the objects in it (src/objects/). Constant while the span is in use, except where the
  // comment says otherwise. ---
  // A bit per object, in the arena's metadata. Set: taken, by a user or by a thread's cache.
  std::atomic<BitWord>* alloc_bits = nullptr;
  std::uint32_t reciprocal = 0;    // of object_size: see objects/span_objects.h
  std::uint16_t object_count = 0;  // how many fit into the span
  // Under the lock of the cache that holds the span, or of its central list while no cache does:
  std::uint16_t taken_count = 0;  // bits set in alloc_bits, except those of alloc_cache
  std::uint16_t free_index = 0;   // every bit before it is set; begins a word, or is object_count
  // Objects that other threads freed while a cache holds the span. Under the lock of its central
  // list.
  std::atomic<std::uint16_t> freed_count{0};
  std::atomic<SpanState> state{SpanState::kDead};  // set by the page heap
  std::atomic<std::uint8_t> span_class{0};         // the size class, and whether objects have
                                                   // pointers
  bool frees_slowly = false;  // objects have specials or are tiny, so page records stay empty
  // Set once the fields of this section are valid, and cleared before the span is freed. A thread
  // that holds the page heap's lock and finds it set may rely on them.
  std::atomic<bool> has_objects{false};

  std::uint64_t object_size = 0;  // in bytes; for a large object, the bytes of its pages
  // Under the lock of the cache that holds the span: objects that it took and has not handed out,
  // one bit each ...
  std::uint64_t alloc_cache = 0;
  std::uint16_t cache_base = 0;  // ... the first bit is this object
  // Under the lock of its central list: objects that other threads freed, whose bits are still set,
  // and the next span of the same holder that has such objects.
  objects::FreeObject* freed_by_others = nullptr;
  Span* next_freed = nullptr;

  objects::Special* specials = nullptr;                           // by offset and kind
  std::atomic<std::atomic<std::uint32_t>*> tiny_blocks{nullptr};  // see objects/tiny.h
  // A set bit means that the collector's mark phase found the object.
  std::atomic<BitWord>* mark_bits = nullptr;
  std::atomic<std::uint32_t> sweep_generation{0};

  // --- For the stacks in it (src/stacks/), under the lock of their pool. ---
  // Constant while the span is in use: stacks have FixedStack << order bytes; 0xff: one large
  // stack.
  std::uint8_t stack_order = 0;
  std::uint32_t stacks_in_use = 0;
  void* free_stacks = nullptr;

  // --- For the list, and for the page heap again. ---
  Span* next = nullptr;
  Span* previous = nullptr;
  TreapNode* treap_node = nullptr;
  Arena* stand_in = nullptr;       // for the arenas that it covers; see stand_ins.h
  std::uint64_t unused_since = 0;  // when a free span became free, in nanoseconds
  bool needs_zero = false;         // some bytes of its pages may not be zero
  bool has_records = false;        // the records of its pages may not be empty
  // Most of its pages hold memory, as far as the caller that frees it can tell.
  bool is_resident = false;
  // It has a large object that is free and waits in a thread's cache (objects/large_cache.h).
  std::atomic<bool> is_cached{false};

  std::uint64_t bytes() const { return npages * port::kPageSize; }
  Range range() const { return {base, bytes()}; }
};

}  // namespace pages
}  // namespace Atoll
