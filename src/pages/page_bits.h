// Two bits for each of the heap's pages: whether the page is Ready, and whether it was ever used.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "src/pages/arena_map.h"

namespace Atoll::pages {

struct PageCounts {
  std::uint64_t fresh = 0;     // never used
  std::uint64_t released = 0;  // used, and given back to the system since
};

// Ranges consist of whole pages, at least one, whose arenas exist. Operations take time
// proportional to the range, 64 pages at a step.
//
// Not thread safe: callers hold the heap's lock.
class PageBits {
 public:
  constexpr explicit PageBits(ArenaMap& map) : map_(map) {}
  PageBits(const PageBits&) = delete;
  PageBits& operator=(const PageBits&) = delete;

  void set_ready(Range pages);
  void clear_ready(Range pages);
  void set_dirty(Range pages);

  PageCounts count(Range pages) const;

  // The first run of pages in `pages` that are all Ready, or all not Ready, as long as possible;
  // empty if there is none.
  Range next_run(bool ready, Range pages) const;

 private:
  void set(std::uint64_t bit, bool value, Range pages);
  // Sets the bit for all pages of an arena that has a stand-in.
  void set_all(const Arena& arena, Address base, std::uint64_t bit, bool value);
  Address find(bool ready, Range pages) const;

  ArenaMap& map_;
};

}  // namespace Atoll::pages
