// Supplies the heap with new pages: takes arenas from ArenaSpace, adds them to the ArenaMap and
// hands them on in steps.
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

// Up to release 1.13 the heap gets a region as a whole. From 1.14 it gets as much as it needs, in
// multiples of 4 MiB on most ports, and the supply keeps the rest of the region for later; from
// 1.17 the rest stays Reserved until then. A sparing heap (sparing.h) grows in steps of its own,
// whatever its release.
//
// A failure loses nothing: the next try goes on from there. Not thread safe: callers hold the
// heap's lock.
class ArenaSupply {
 public:
  // One answer of the system, as it was reserved; or several in a row (Geometry::is_in_buffer).
  struct Region {
    Range range;
    Region* next = nullptr;
  };

  constexpr ArenaSupply() = default;
  ArenaSupply(const ArenaSupply&) = delete;
  ArenaSupply& operator=(const ArenaSupply&) = delete;

  // All arguments must outlive this object.
  void init(const Platform& platform, PersistentAlloc& memory, ArenaMap& map,
            const Options& options);
  // Prepares the hints, or makes the reservations of a 32-bit start.
  void start();

  // Gives all address space back to the system. init() may follow.
  void release_all();

  // The pages that the heap gets next, for a wish of `bytes`, a multiple of the page size. They may
  // be fewer, and then another offer follows. Empty if there are none: failure() tells why.
  Range offer(std::uint64_t bytes);
  // Makes the offered pages Prepared and passes them to the heap. A sparing heap may get only the
  // part of its step that `bytes` need. Empty if the system refused: failure() tells why, and the
  // supply will offer the same pages again.
  Range take(Range offered, std::uint64_t bytes);

  // For a heap in a buffer, which can make no records for these offered pages: gives them back.
  void withdraw(Range offered);

  // Where the next offer will probably begin; null if that is unknown.
  Address next() const;

  // Why the last call failed, in the words of Go's runtime.
  const Line& failure() const { return *failure_; }

  // Precondition: init() was called.
  const ArenaSpace& space() const { return *space_; }
  LinearAlloc& metadata() { return space_->metadata(); }
  // All regions, the newest first, including those of a 32-bit start.
  const Region* regions() const { return regions_; }
  // Whether the supply keeps the address for later: a region has it, but it is not the heap's yet.
  bool keeps(Address address) const {
    return rest_.contains(address) || pending_.contains(address);
  }

 private:
  std::uint64_t step_for(std::uint64_t bytes) const;
  void wish_huge_pages(Range pages);
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
  Region* spare_ = nullptr;  // the record of the next region, made early so that no region goes
                             // unrecorded
  Region first_;             // the record of the first region
  Address start32_next_;     // the next unused address in the reservation of a 32-bit start
  Range pending_;            // a region that the map may not know yet
  Range rest_;               // what is left of the region in use

  bool is_sparing_ = false;
  const Geometry* geometry_ = nullptr;
  HugePages huge_pages_ = HugePages::kUnsaid;
  std::uint64_t huge_page_ = 0;  // in bytes: steps are multiples of it; 0: of any size
  std::uint64_t reserved_ = 0;   // in bytes, like `taken_`
  std::uint64_t taken_ = 0;
};

}  // namespace Atoll::pages
