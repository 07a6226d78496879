// New pages for the heap: arenas from ArenaSpace, made known to the ArenaMap and handed on in
// steps.
#pragma once

#include <cstdint>
#include <optional>

#include "os/base/text.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/pages/arena_map.h"
#include "src/pages/arena_space.h"
#include "src/pages/options.h"

namespace Atoll::pages {

// Up to release 1.13 a region goes to the heap as a whole. From 1.14 the heap gets as much as it
// needs, in multiples of 4 MiB on most ports, and the rest of the region is kept for later;
// from 1.17 it stays Reserved until then. A sparing heap (sparing.h) does so in steps of its own,
// whatever its release.
//
// Nothing is lost when something fails: the next try goes on from there. Not thread safe: callers
// hold the heap's lock.
class ArenaSupply {
 public:
  // One answer of the system, as it was reserved.
  struct Region {
    Range range;
    Region* next = nullptr;
  };

  constexpr ArenaSupply() = default;
  ArenaSupply(const ArenaSupply&) = delete;
  ArenaSupply& operator=(const ArenaSupply&) = delete;

  // All must outlive this object.
  void init(const Platform& platform, PersistentAlloc& memory, ArenaMap& map,
            const Options& options);
  // Prepares the hints, or makes the reservations of a 32-bit start.
  void start();

  // Gives all address space back to the system. init() may follow.
  void release_all();

  // The pages that the heap gets next, for a wish of `bytes`, a multiple of the page size. May be
  // fewer, and then another offer follows. Empty: failure() tells why.
  Range offer(std::uint64_t bytes);
  // Makes them Prepared; now they are the heap's. Of a sparing heap's step it may be only the part
  // that `bytes` need. Empty: the system refused, see failure(), and the same pages will be offered
  // again.
  Range take(Range offered, std::uint64_t bytes);

  // Where the next offer will begin, as far as can be told; null if nowhere.
  Address next() const;

  // In the words of Go's runtime, of what failed last.
  const Line& failure() const { return *failure_; }

  // Precondition: init() was called.
  const ArenaSpace& space() const { return *space_; }
  LinearAlloc& metadata() { return space_->metadata(); }
  // The newest first; those of a 32-bit start too.
  const Region* regions() const { return regions_; }
  // Whether the address is kept for later: in a region, but not the heap's yet.
  bool keeps(Address address) const {
    return rest_.contains(address) || pending_.contains(address);
  }

 private:
  std::uint64_t step_for(std::uint64_t bytes) const;
  bool reserve(std::uint64_t bytes, std::uint64_t step);
  bool own_ends(Range pages);
  bool fail(std::string_view why);
  bool is_of_start32(Range region) const { return space_->arena_range().contains(region); }

  const Platform* platform_ = nullptr;
  PersistentAlloc* memory_ = nullptr;
  ArenaMap* map_ = nullptr;
  std::optional<ArenaSpace> space_;
  std::optional<Line> failure_;
  Region* regions_ = nullptr;
  Region* spare_ = nullptr;  // for the next region, so that none goes unrecorded
  Region first_;             // for the first
  Address start32_next_;     // of the reservation of a 32-bit start
  Range pending_;            // a region the map may not know yet
  Range rest_;               // of the region in use

  bool is_sparing_ = false;
  std::uint64_t reserved_ = 0;  // bytes, as `taken_`
  std::uint64_t taken_ = 0;
};

}  // namespace Atoll::pages
