// Large objects that one thread has freed and keeps for its next requests of the same length.
//
// A cached object stays as it is: its span is in use, its bit is set, and its pages keep their
// memory. So taking it again costs neither a lock nor a call of the page heap, however long it is.
// Only the cache's own thread adds objects; any thread may take them away, because the memory of a
// thread that sleeps is worth more to others.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "src/base/owner_counter.h"
#include "src/pages/span.h"

namespace Atoll::objects {

// Numbers of large objects that a cache has handed out and taken back, and their bytes.
struct LargeCounts {
  std::uint64_t allocated = 0;
  std::uint64_t freed = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t freed_bytes = 0;

  // For counts that were read while other threads changed them, and on some processors in another
  // order than they were written: no more are in use than fit, and never fewer than none.
  void clamp_in_use(std::uint64_t most, std::uint64_t most_bytes) {
    allocated = std::max(freed, std::min(allocated, freed + most));
    allocated_bytes = std::max(freed_bytes, std::min(allocated_bytes, freed_bytes + most_bytes));
  }
};

class LargeCache {
 public:
  constexpr LargeCache() = default;

  // --- For the cache's own thread. ---

  // Takes an object of exactly `npages`, whose pages may have any contents, and counts it as
  // allocated. Returns null if there is none.
  pages::Span* take(std::uint64_t npages) {
    Slot& slot = slots_[slot_of(npages)];
    if (slot.npages != npages) return nullptr;
    pages::Span* const span = take_from(slot);
    if (span == nullptr) return nullptr;
    held_ -= slot.npages;
    note_allocated(npages);
    return span;
  }

  // Keeps the object of `span`, and counts it as freed, unless the cache would have more than
  // `most_pages` then, or its place is taken.
  bool put(pages::Span* span, std::size_t most_pages) {
    const auto npages = static_cast<std::size_t>(span->npages);
    Slot& slot = slots_[slot_of(npages)];
    const bool has_room = npages <= most_pages && held_ <= most_pages - npages;
    if (!has_room || is_count_due() || slot.span.load(std::memory_order_relaxed) != nullptr)
        [[unlikely]] {
      return false;
    }
    held_ += npages;
    note_freed(npages);
    slot.npages = npages;
    span->needs_zero = true;
    span->is_cached.store(true, std::memory_order_relaxed);
    slot.span.store(span, std::memory_order_release);
    return true;
  }

  // Takes away what stands in the way of put() for `npages`: an object of another length. It counts
  // as freed already. Returns null if there is none.
  pages::Span* displace(std::uint64_t npages) {
    Slot& slot = slots_[slot_of(npages)];
    if (slot.npages == npages) return nullptr;
    pages::Span* const span = take_from(slot);
    if (span != nullptr) held_ -= slot.npages;
    return span;
  }

  // Count an object that the cache's own thread took or kept. note_freed() needs is_count_due() to
  // be false.
  void note_allocated(std::uint64_t npages) {
    allocated_.increment();
    allocated_pages_.set(allocated_pages_.get() + static_cast<std::int32_t>(npages));
  }
  void note_freed(std::uint64_t npages) {
    freed_.increment();
    freed_pages_.set(freed_pages_.get() + static_cast<std::int32_t>(npages));
  }

  // put() refuses objects, so that its narrow counters do not overflow, until this is false. Then
  // the caller must call count(), under the lock of the thread's cache.
  bool is_count_due() const { return freed_pages_.get() >= std::int32_t{1} << 30; }
  void count();

  // Returns how many pages the cache has, and forgets those that other threads took.
  std::size_t recount();
  // The same without a look at each object: at least as many.
  std::size_t held_pages() const { return held_; }

  // --- For any thread. ---

  // Takes an object of any length, which counts as freed already. Returns null if there is none.
  pages::Span* take_any() {
    for (Slot& slot : slots_) {
      if (pages::Span* const span = take_from(slot); span != nullptr) return span;
    }
    return nullptr;
  }

  // The bytes of all objects in the cache. Call under the page heap's lock, so that no span changes
  // its length.
  std::uint64_t cached_bytes() const;

  // --- Figures, under the lock of the thread's cache. Those that count are for its own thread. ---

  // Count objects that do not pass through this cache.
  void count_allocated(std::uint64_t bytes) {
    ++counts_.allocated;
    counts_.allocated_bytes += bytes;
  }
  void count_freed(std::uint64_t bytes) {
    ++counts_.freed;
    counts_.freed_bytes += bytes;
  }
  void count_resized(std::uint64_t before, std::uint64_t after) {
    if (after > before) {
      counts_.allocated_bytes += after - before;
    } else {
      counts_.freed_bytes += before - after;
    }
  }
  LargeCounts counts() const;

 private:
  // A place for an object of some of the lengths. Its own thread alone uses `npages`, the length of
  // the object that was put there last.
  struct Slot {
    std::atomic<pages::Span*> span{nullptr};
    std::size_t npages = 0;
  };
  // The place of a length is spread by a multiplication, since programs like powers of two.
  static constexpr unsigned kLogSlots = 4;
  static std::size_t slot_of(std::uint64_t npages) {
    constexpr std::uint32_t kGoldenRatio = 0x9e3779b1;  // of 2^32
    return (static_cast<std::uint32_t>(npages) * kGoldenRatio) >> (32 - kLogSlots);
  }

  static pages::Span* take_from(Slot& slot) {
    if (slot.span.load(std::memory_order_relaxed) == nullptr) return nullptr;
    pages::Span* const span = slot.span.exchange(nullptr, std::memory_order_acquire);
    if (span != nullptr) span->is_cached.store(false, std::memory_order_relaxed);
    return span;
  }

  std::array<Slot, std::size_t{1} << kLogSlots> slots_;
  std::size_t held_ = 0;
  OwnerCounter allocated_;
  OwnerCounter freed_;
  OwnerCounter allocated_pages_;
  OwnerCounter freed_pages_;
  LargeCounts counts_;
};

}  // namespace Atoll::objects
