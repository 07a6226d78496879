#include "src/pages/arena_space.h"

#include <algorithm>

#include "os/base/bits.h"
#include "src/pages/reserve_aligned.h"
#include "src/pages/start32.h"

namespace Atoll::pages {
namespace {

Growth failed(GrowFailure failure, os::Status status = {}) { return {{}, failure, status, {}}; }

std::string_view why_outside(GrowFailure failure) {
  switch (failure) {
    case GrowFailure::kRegionWraps:
      return "region exceeds uintptr range";
    case GrowFailure::kBaseOutside:
      return "base outside usable address space";
    case GrowFailure::kEndOutside:
      return "end outside usable address space";
    default:
      return {};
  }
}

}  // namespace

[[gnu::cold]] Line explain(const Growth& growth) {
  Line line;
  switch (growth.failure) {
    case GrowFailure::kNone:
      break;
    case GrowFailure::kNoMemory:
      line << "out of memory: " << os::describe(growth.status.failure);
      break;
    case GrowFailure::kRaceCollisions:
      line << "too many address space collisions for -race mode";
      break;
    case GrowFailure::kMisaligned:
      line << "misrounded allocation in sysAlloc: memory allocated by OS at "
           << growth.refused.base;
      break;
    case GrowFailure::kRegionWraps:
    case GrowFailure::kBaseOutside:
    case GrowFailure::kEndOutside:
      line << "memory reservation exceeds address space limit: memory allocated by OS ["
           << growth.refused.base << ", " << growth.refused.end()
           << ") not in usable address space: " << why_outside(growth.failure);
      break;
  }
  return line;
}

ArenaSpace::ArenaSpace(os::Os& os, const os::Machine& machine, const port::PortSpec& spec,
                       const Geometry& geometry, const Options& options)
    : os_(os), machine_(machine), spec_(spec), options_(options), geometry_(geometry) {}

[[gnu::cold]] std::uint64_t ArenaSpace::unit() const {
  if (!takes_parts()) return spec_.heap_arena_bytes;
  return std::max({geometry_.least_reservation, machine_.page_size, machine_.granularity});
}

[[gnu::cold]] void ArenaSpace::init() {
  if (!options_.hints.ask_system) hints_.assign(port::arena_hints(spec_, options_.hints).main);
  if (!spec_.uses_32_bit_start()) return;
  const Start32 start = start32(os_, machine_, spec_, options_.is_sparing);
  metadata_range_ = start.metadata_range;
  arena_range_ = start.arena_range;
  metadata_ = start.metadata;
  arenas_ = start.arenas;
  hints_.push({start.hint});
}

[[gnu::cold]] Growth ArenaSpace::grow(std::uint64_t bytes, std::uint64_t wish) {
  const std::uint64_t size = round_up(bytes, unit());
  if (size < bytes) return failed(GrowFailure::kNoMemory, {os::Failure::kNoMemory, 0});
  if (arenas_.fits(size, spec_.heap_arena_bytes)) {
    const os::Allocation piece =
        arenas_.alloc(os_, machine_.page_size, size, spec_.heap_arena_bytes);
    if (!piece.ok()) return failed(GrowFailure::kNoMemory, piece.status);
    const Growth growth = check({piece.base, size});
    if (!growth.ok()) arenas_.undo(piece.base);
    return growth;
  }
  wish = takes_parts() ? std::max(round_up(wish, unit()), size) : size;
  const Growth growth = grow_at_hints(wish, size);
  // The walk ends before the last hint only with a region, or with a failure to get or map one.
  if (!hints_.empty()) return growth;
  if (spec_.race) return failed(GrowFailure::kRaceCollisions);
  return grow_anywhere(wish, size);
}

[[gnu::cold]] void ArenaSpace::retreat(Range given_back) {
  if (!hints_.empty() && hints_.top().address == given_back.end()) {
    hints_.top().address = given_back.base;
  }
}

[[gnu::cold]] Growth ArenaSpace::grow_at_hints(std::uint64_t wish, std::uint64_t least) {
  bool is_hint_to_blame = !options_.keeps_hints;
  for (; !hints_.empty(); hints_.drop()) {
    Hint& hint = hints_.top();
    std::uint64_t size = wish;
    Address base;
    HintOutcome outcome = try_hint(hint, size, &base);
    if (outcome != HintOutcome::kTaken && least < wish) {
      size = least;
      outcome = try_hint(hint, size, &base);
    }
    if (outcome != HintOutcome::kTaken) {
      if (outcome == HintOutcome::kMoved) is_hint_to_blame = true;
      if (!is_hint_to_blame) {
        const os::Status status = ask_anywhere(size);
        if (!status.ok()) return failed(GrowFailure::kNoMemory, status);
        is_hint_to_blame = true;
      }
      continue;
    }
    const Growth growth = finish({base, size});
    if (growth.ok()) hint.address = hint.down ? base : base + size;
    return growth;
  }
  return failed(GrowFailure::kNoMemory);
}

// Whether the system has this much room anywhere.
[[gnu::cold]] os::Status ArenaSpace::ask_anywhere(std::uint64_t size) {
  const os::Allocation answer = os_.reserve(Address(), size);
  if (answer.ok()) (void)os_.release(answer.base, size);
  return answer.status;
}

[[gnu::cold]] HintOutcome ArenaSpace::try_hint(const Hint& hint, std::uint64_t size,
                                               Address* base) {
  const Range wanted{hint.down ? hint.address - size : hint.address, size};
  HintTrial trial{hint, size, HintOutcome::kNotAsked, Address()};
  if (!wraps(wanted) && spec_.is_addressable(wanted.last().value())) {
    const os::Allocation answer = os_.reserve(wanted.base, size);
    trial.got = answer.base;
    if (!answer.ok()) {
      trial.outcome = HintOutcome::kRefused;
    } else if (answer.base == wanted.base) {
      trial.outcome = HintOutcome::kTaken;
    } else {
      trial.outcome = HintOutcome::kMoved;
      (void)os_.release(answer.base, size);
    }
  }
  if (observer_ != nullptr) observer_->on_trial(trial);
  *base = wanted.base;
  return trial.outcome;
}

[[gnu::cold]] Growth ArenaSpace::grow_anywhere(std::uint64_t wish, std::uint64_t least) {
  const bool exact = (spec_.sbrk && spec_.since(port::Release::k1_24)) || takes_parts();
  const Surplus surplus = exact ? Surplus::kGivenBack : Surplus::kKept;
  AlignedReservation got = reserve_aligned(os_, machine_, Address(), wish, unit(), surplus);
  if (!got.ok() && least < wish) {
    got = reserve_aligned(os_, machine_, Address(), least, unit(), surplus);
  }
  if (!got.ok()) return failed(GrowFailure::kNoMemory, got.status);
  const Growth growth = finish(got.range);
  if (growth.ok()) {
    // The upper end is tried first: most heaps grow upwards.
    hints_.push({got.range.base, /*down=*/true});
    hints_.push({got.range.end()});
  }
  return growth;
}

// Checks and maps the region that was just reserved, or gives it back.
[[gnu::cold]] Growth ArenaSpace::finish(Range region) {
  Growth growth = check(region);
  if (growth.ok() && !options_.is_sparing && spec_.until(port::Release::k1_16)) {
    const os::Status status = os_.map(region.base, region.size);
    if (!status.ok()) growth = failed(GrowFailure::kNoMemory, status);
  }
  if (!growth.ok()) (void)os_.release(region.base, region.size);
  return growth;
}

[[gnu::cold]] Growth ArenaSpace::check(Range region) const {
  Growth refused;
  refused.refused = region;
  if (wraps(region)) {
    refused.failure = GrowFailure::kRegionWraps;
  } else if (!spec_.is_addressable(region.base.value())) {
    refused.failure = GrowFailure::kBaseOutside;
  } else if (!spec_.is_addressable(region.last().value())) {
    refused.failure = GrowFailure::kEndOutside;
  } else if (!region.base.is_aligned(unit())) {
    refused.failure = GrowFailure::kMisaligned;
  } else {
    return {region, GrowFailure::kNone, {}, {}};
  }
  return refused;
}

// Computes as the port's own pointers would: a range that ends exactly at the end of the address
// space wraps too.
[[gnu::cold]] bool ArenaSpace::wraps(Range region) const {
  if (spec_.ptr_size == 4)
    return region.last().value() >= 0xffff'ffff || region.end() < region.base;
  return region.end() < region.base;
}

}  // namespace Atoll::pages
