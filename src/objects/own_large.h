// Freed large objects of up to 128 KiB that a thread keeps for itself: one of each length.
//
// Unlike those of the LargeCache, no other thread can take them, so neither taking nor keeping one
// needs an atomic operation. The page's record of such an object has the cache's number and the
// object's place here (pages/page_record.h). A free therefore finds the place without a look at the
// arena, and needs only check that the object is the one that was last at this place.
//
// A place is open while it has a last object. Only so many pages may be behind open places that a
// thread which sleeps keeps little from others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "os/base/address.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"
#include "src/policy.h"

namespace Atoll::objects {

// For the cache's own thread, or for any after that thread is gone.
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
    if (span == nullptr || span->base != base || free_at(place) != nullptr) return false;
    // Another cache may have this one's number. Then the record does not tell that the object is
    // still the same, and in use.
    if (span->state.load(std::memory_order_relaxed) != pages::SpanState::kInUse ||
        span->is_cached.load(std::memory_order_relaxed)) {
      return false;
    }
    span->is_cached.store(true, std::memory_order_relaxed);
    free_at(place) = span;
    return true;
  }

  // Whether a freed object of `npages` should become the last one at its place, where at most
  // `most_pages` may be behind open places. If they are, other places must be closed for it: now
  // and then it is worth it.
  bool wants(std::uint64_t npages, std::size_t most_pages) {
    const unsigned place = place_of(npages);
    if (free_at(place) != nullptr || npages > most_pages) return false;
    if (last_at(place) != nullptr || open_pages_ + npages <= most_pages) return true;
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
  // Closes a place, each in turn, so that another one can be open. Returns its free object, or
  // null.
  pages::Span* close_next();
  bool has_room(std::uint64_t npages, std::size_t most_pages) const {
    return last_at(place_of(npages)) != nullptr || open_pages_ + npages <= most_pages;
  }

  // Closes all places whose objects it has not returned yet, and returns the free one of the last
  // of them. Null: all are closed.
  pages::Span* close_all();

 private:
  static constexpr unsigned kFirstPlace = kFewestPages - 1;
  using Places = std::array<pages::Span*, kMostPages - kFewestPages + 1>;

  pages::Span*& free_at(unsigned place) { return free_[place - kFirstPlace]; }
  pages::Span*& last_at(unsigned place) { return last_[place - kFirstPlace]; }
  pages::Span* last_at(unsigned place) const { return last_[place - kFirstPlace]; }

  pages::Span* take_at(unsigned place) {
    pages::Span*& free = free_at(place);
    pages::Span* const span = free;
    if (span == nullptr) return nullptr;
    free = nullptr;
    span->is_cached.store(false, std::memory_order_relaxed);
    return span;
  }
  pages::Span* close(unsigned place);

  Places free_{};
  Places last_{};
  std::uint16_t open_pages_ = 0;  // of the lengths whose place is open
  std::uint8_t wanted_ = 0;       // since a place was opened
  std::uint8_t next_closed_ = 0;  // counts from kFirstPlace
};

}  // namespace Atoll::objects
