// Freed large objects of up to 128 KiB that a thread keeps for itself: one of each length.
//
// Unlike those of the LargeCache, no other thread can take them, so neither taking nor keeping one
// needs an atomic read-modify-write operation. The page's record of such an object has the cache's
// number and the object's place here (pages/page_record.h). A free therefore finds the place
// without a look at the arena, and needs only check that the object is the one that was last at
// this place.
//
// A place is open while it has a last object. Only so many pages may be behind open places that a
// thread which sleeps keeps little from others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "src/base/owner_counter.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"
#include "src/policy.h"
#include "src/port/port.h"

namespace Atoll::objects {

// For the cache's own thread, or for any after that thread is gone, except for cached_bytes().
class OwnLarge {
 public:
  constexpr OwnLarge() = default;

  // Lengths in pages; a length's place is one less. Shorter objects are small.
  static constexpr std::uint64_t kFewestPages = 5;
  static constexpr std::uint64_t kMostPages = pages::PageRecord::kMostPlace + 1;
  static constexpr bool fits(std::uint64_t npages) {
    return npages - kFewestPages <= kMostPages - kFewestPages;
  }
  static constexpr unsigned place_of(std::uint64_t npages) {
    return static_cast<unsigned>(npages) - 1;
  }

  // Takes the free object of `npages`, a length that fits. Its pages may have any contents. Returns
  // null if there is none.
  pages::Span* take(std::uint64_t npages) { return take_at(place_of(npages)); }

  // Keeps the object at `base`, if it was the last one at `place` and is not free.
  bool put(unsigned place, Address base) {
    pages::Span* const span = last_at(place);
    if (span == nullptr || free_at(place).get() != nullptr) return false;
    // Another cache may have this one's number. Then the record does not tell that the object is
    // still the same, and in use; and whoever makes a span of this record sets its base first.
    if (span->state.load(std::memory_order_acquire) != pages::SpanState::kInUse) return false;
    if (span->base != base || span->is_cached.load(std::memory_order_relaxed)) return false;
    span->is_cached.store(true, std::memory_order_relaxed);
    free_at(place).set(span);
    return true;
  }

  // Whether a freed object of `npages` should become the last one at its place, if all open places
  // together may have at most `most_pages`. If there is no room for it, other places must be closed
  // first: the answer is then yes only once in kWantsPerOwnLarge calls.
  bool wants(std::uint64_t npages, std::size_t most_pages) {
    const unsigned place = place_of(npages);
    if (free_at(place).get() != nullptr || npages > most_pages) return false;
    if (has_room(npages, most_pages)) return true;
    if (wanted_ < policy::kWantsPerOwnLarge) ++wanted_;
    return wanted_ == policy::kWantsPerOwnLarge;
  }
  // Makes the object of `span` the last one at its place, which must have no free one.
  void open(pages::Span* span) {
    pages::Span*& last = last_at(place_of(span->npages));
    if (last == nullptr) {
      open_pages_ = static_cast<std::uint16_t>(open_pages_ + span->npages);
    }
    last = span;
    wanted_ = 0;
  }
  // Closes places, each in turn, until there is room for `npages`. Returns the free object of one
  // of them, if there is one, before it goes on. Null: there is room, or no place is open.
  pages::Span* close_for(std::uint64_t npages, std::size_t most_pages);
  bool has_room(std::uint64_t npages, std::size_t most_pages) const {
    return last_at(place_of(npages)) != nullptr || open_pages_ + npages <= most_pages;
  }

  // Closes all places whose objects it has not returned yet, and returns the free one of the last
  // of them. Null: all are closed.
  pages::Span* close_all();

  // For any thread: bytes of free objects, as they were a moment ago.
  std::uint64_t cached_bytes() const;

 private:
  static constexpr unsigned kFirstPlace = kFewestPages - 1;
  static constexpr std::size_t kPlaces = kMostPages - kFewestPages + 1;

  OwnerValue<pages::Span*>& free_at(unsigned place) { return free_[place - kFirstPlace]; }
  pages::Span*& last_at(unsigned place) { return last_[place - kFirstPlace]; }
  pages::Span* last_at(unsigned place) const { return last_[place - kFirstPlace]; }

  pages::Span* take_at(unsigned place) {
    OwnerValue<pages::Span*>& free = free_at(place);
    pages::Span* const span = free.get();
    if (span == nullptr) return nullptr;
    free.set(nullptr);
    span->is_cached.store(false, std::memory_order_relaxed);
    return span;
  }
  pages::Span* close(unsigned place);

  std::array<OwnerValue<pages::Span*>, kPlaces> free_{};  // others look whether there are some
  std::array<pages::Span*, kPlaces> last_{};
  std::uint16_t open_pages_ = 0;  // of the lengths whose place is open
  std::uint8_t wanted_ = 0;       // since a place was opened
  std::uint8_t next_closed_ = 0;  // counts from kFirstPlace
};

}  // namespace Atoll::objects
