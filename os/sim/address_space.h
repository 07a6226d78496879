// An address space as data: which ranges are taken, by whom, and in what state.
//
// It is a sorted table of regions that do not overlap; addresses in no region are None. The table
// lives in storage that the caller provides, so nothing is allocated. Like a kernel's table of
// mappings it can be full, and then a change that needs one more entry fails and changes nothing.
//
// This class knows neither pages nor policies. Its users (SimOs, a user-mode host) decide where a
// mapping goes, with the searches offered here, and which transitions are allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "os/base/address.h"

namespace Atoll::os::sim {

enum class State : std::uint8_t { kForeign, kReserved, kPrepared, kReady };
inline constexpr std::size_t kStateCount = 4;

// Several states at once: StateSet(State::kReady) | State::kPrepared.
class StateSet {
 public:
  constexpr StateSet(State state)  // NOLINT: a single state is a set
      : bits_(1U << static_cast<unsigned>(state)) {}
  constexpr bool has(State state) const {
    return ((bits_ >> static_cast<unsigned>(state)) & 1U) != 0;
  }
  friend constexpr StateSet operator|(StateSet a, StateSet b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  unsigned bits_;
};

inline constexpr StateSet kOurs = StateSet(State::kReserved) | State::kPrepared | State::kReady;

struct Region {
  Range range;
  State state = State::kForeign;
  // Which reservation the region is cut from. Regions of one state merge only within one
  // reservation, so that the limits of reservations stay visible.
  std::uint32_t reservation = 0;
};

class AddressSpace {
 public:
  constexpr explicit AddressSpace(std::span<Region> storage) : storage_(storage) {}

  // In order of addresses. Valid until the next change.
  std::span<const Region> regions() const { return storage_.first(count_); }
  std::uint64_t bytes(State state) const { return bytes_[static_cast<std::size_t>(state)]; }

  // --- Questions. Ranges are not empty and do not wrap round 2^64. ---

  bool is_free(Range range) const;
  // Whether every byte of `range` is in one of `states`.
  bool is_all(Range range, StateSet states) const;
  // Whether `range` is all that is left of exactly one reservation.
  bool is_one_reservation(Range range) const;
  std::uint64_t bytes_in(Range range, State state) const;

  // Find the lowest or highest free place for `size` bytes within `bounds`, at a multiple of
  // `alignment` (a power of two). Return false if there is none.
  bool find_lowest(Range bounds, std::uint64_t size, std::uint64_t alignment, Address* found) const;
  bool find_highest(Range bounds, std::uint64_t size, std::uint64_t alignment,
                    Address* found) const;

  // Calls visit(Range part, State state) for each region's part of `range`, in order. `visit` must
  // not change the table.
  template <class Visit>
  void for_each(Range range, Visit visit) const {
    for (std::size_t i = first_ending_at_or_behind(range.base);
         i < count_ && storage_[i].range.base <= range.last(); ++i) {
      visit(common(storage_[i].range, range), storage_[i].state);
    }
  }

  // --- Changes. They return false if the table is full, and have changed nothing then. ---

  // Precondition: `range` is free. The result is a reservation of its own.
  bool add(Range range, State state);
  // Precondition: no part of `range` is free.
  bool set_state(Range range, State state);
  // Parts of `range` may be free already.
  bool remove(Range range);

 private:
  static Range common(Range a, Range b);

  std::size_t first_ending_at_or_behind(Address address) const;
  void insert(std::size_t index, const Region& region);
  void erase(std::size_t index, std::size_t how_many);
  bool can_cut(Range range) const;
  void cut_at(Address address);
  void merge_around(Range range);

  std::uint64_t& bytes_of(State state) { return bytes_[static_cast<std::size_t>(state)]; }

  std::span<Region> storage_;
  std::size_t count_ = 0;
  std::uint32_t reservations_ = 0;
  std::uint64_t bytes_[kStateCount] = {};
};

}  // namespace Atoll::os::sim
