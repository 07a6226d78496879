#include "src/pages/arena_supply.h"

#include <algorithm>

#include "os/base/bits.h"

namespace Atoll::pages {
namespace {

constexpr std::string_view kNoMetadata = "out of memory allocating heap arena metadata";

}  // namespace

[[gnu::cold]] void ArenaSupply::init(const Platform& platform, PersistentAlloc& memory,
                                     ArenaMap& map, const Options& options) {
  platform_ = &platform;
  memory_ = &memory;
  map_ = &map;
  failure_.emplace();
  spare_ = &first_;
  is_sparing_ = options.is_sparing;
  geometry_ = &memory.geometry();
  huge_pages_ = options.huge_pages;
  huge_page_ = huge_pages_ == HugePages::kAlways ? platform.os.huge_page_size() : 0;
  if (huge_page_ > policy::kMostHugeStep || !is_power_of_two(huge_page_)) huge_page_ = 0;
  space_.emplace(platform.os, platform.machine, platform.spec, *geometry_, options);
}

[[gnu::cold]] void ArenaSupply::start() {
  space_->init();
  start32_next_ = space_->arena_range().base;
}

[[gnu::cold]] void ArenaSupply::release_all() {
  if (!space_) return;
  os::Os& os = platform_->os;
  for (const Region* region = regions_; region != nullptr; region = region->next) {
    if (!is_of_start32(region->range)) (void)os.free(region->range.base, region->range.size);
  }
  for (const Range range : {space_->arena_range(), space_->metadata_range()}) {
    if (!range.is_empty()) (void)os.free(range.base, range.size);
  }
  space_.reset();
  regions_ = nullptr;
  spare_ = nullptr;
  start32_next_ = Address();
  pending_ = {};
  rest_ = {};
  reserved_ = taken_ = 0;
}

[[gnu::cold]] std::uint64_t ArenaSupply::step_for(std::uint64_t bytes) const {
  const std::uint64_t page = platform_->machine.page_size;
  if (!is_sparing_) return round_up(bytes, std::max(platform_->spec.heap_growth_unit, page));
  const std::uint64_t step =
      std::max({bytes, geometry_->least_step, taken_ / geometry_->step_fraction});
  return round_up(step, std::max({port::kPageSize, page, huge_page_}));
}

// A wish that the system refuses leaves things as they are without one.
[[gnu::cold]] void ArenaSupply::wish_huge_pages(Range pages) {
  os::Os& os = platform_->os;
  if (huge_pages_ == HugePages::kAlways) {
    (void)os.wish_huge_pages(pages.base, pages.size, os::HugePages::kWanted);
  } else if (huge_pages_ == HugePages::kNever) {
    (void)os.wish_huge_pages(pages.base, pages.size, os::HugePages::kUnwanted);
  }
}

[[gnu::cold]] Range ArenaSupply::offer(std::uint64_t bytes) {
  const std::uint64_t step = step_for(bytes);
  if (rest_.size < (is_sparing_ ? bytes : step)) {
    if (pending_.is_empty() && !reserve(bytes, step)) return {};
    if (!map_->add(pending_)) {
      (void)fail(kNoMetadata);
      return {};
    }
    const bool is_adjacent = pending_.base == rest_.end();
    // If the pending region does not follow the rest of the last one, that rest goes first.
    if (!rest_.is_empty() && !is_adjacent) return rest_;
    rest_ = {rest_.is_empty() ? pending_.base : rest_.base, rest_.size + pending_.size};
    pending_ = {};
  }
  const bool is_stepwise = is_sparing_ || platform_->spec.since(port::Release::k1_14);
  return {rest_.base, is_stepwise ? std::min(step, rest_.size) : rest_.size};
}

[[gnu::cold]] Range ArenaSupply::take(Range offered, std::uint64_t bytes) {
  if (!own_ends(offered)) return {};
  if (is_sparing_ || platform_->spec.since(port::Release::k1_17)) {
    os::Status status = platform_->os.map(offered.base, offered.size);
    const std::uint64_t needed = round_up(bytes, platform_->machine.page_size);
    if (!status.ok() && is_sparing_ && needed < offered.size) {
      offered.size = needed;
      if (!own_ends(offered)) return {};
      status = platform_->os.map(offered.base, offered.size);
    }
    if (!status.ok()) {
      (void)fail(status.failure == os::Failure::kNoMemory
                     ? "runtime: out of memory"
                     : "runtime: cannot map pages in arena address space");
      return {};
    }
  }
  wish_huge_pages(offered);
  rest_ = {offered.end(), rest_.size - offered.size};
  taken_ += offered.size;
  return offered;
}

// The offer was the rest, or its beginning, and the rest is the end of the newest region.
[[gnu::cold]] void ArenaSupply::withdraw(Range offered) {
  const bool is_newest = regions_ != nullptr && regions_->range.end() == rest_.end();
  if (offered.base != rest_.base || !is_newest) return;
  if (!platform_->os.release(rest_.base, rest_.size).ok()) return;
  space_->retreat(rest_);
  regions_->range.size -= rest_.size;
  reserved_ -= rest_.size;
  rest_ = {};
}

[[gnu::cold]] bool ArenaSupply::own_ends(Range pages) {
  return map_->own_ends(pages) || fail(kNoMetadata);
}

// A sparing heap reserves ahead as much again as it has, up to an arena, where that costs nothing.
[[gnu::cold]] bool ArenaSupply::reserve(std::uint64_t bytes, std::uint64_t step) {
  if (spare_ == nullptr) spare_ = memory_->alloc_array<Region>(1, MemoryKind::kOther);
  if (spare_ == nullptr) return fail("out of memory");
  const std::uint64_t ahead =
      std::min({reserved_, platform_->spec.heap_arena_bytes, geometry_->most_ahead});
  const Growth growth =
      is_sparing_ ? space_->grow(bytes, std::max(step, ahead)) : space_->grow(step);
  if (!growth.ok()) {
    failure_ = explain(growth);
    return false;
  }
  pending_ = growth.region;
  reserved_ += pending_.size;
  if (is_of_start32(pending_)) start32_next_ = pending_.end();
  if (geometry_->is_in_buffer && regions_ != nullptr && regions_->range.end() == pending_.base) {
    regions_->range.size += pending_.size;
    return true;
  }
  *spare_ = {pending_, regions_};
  regions_ = spare_;
  spare_ = nullptr;
  return true;
}

[[gnu::cold]] Address ArenaSupply::next() const {
  if (!rest_.is_empty()) return rest_.base;
  if (!pending_.is_empty()) return pending_.base;
  const Range start32 = space_->arena_range();
  const std::uint64_t arena_bytes = platform_->spec.heap_arena_bytes;
  if (!start32.is_empty() && start32.end() - start32_next_ >= arena_bytes) return start32_next_;
  const HintStack& hints = space_->hints();
  return hints.empty() || hints[0].down ? Address() : hints[0].address;
}

[[gnu::cold]] bool ArenaSupply::fail(std::string_view why) {
  failure_.emplace() << why;
  return false;
}

}  // namespace Atoll::pages
