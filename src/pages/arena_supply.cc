#include "src/pages/arena_supply.h"

#include <algorithm>

#include "src/base/bits.h"

namespace Atoll::pages {

void ArenaSupply::init(const Platform& platform, PersistentAlloc& memory, ArenaMap& map) {
  platform_ = &platform;
  memory_ = &memory;
  map_ = &map;
  failure_.emplace();
  spare_ = &first_;
  space_.emplace(platform.os, platform.machine, platform.spec);
}

void ArenaSupply::start(const port::HintOptions& hint_options) {
  space_->init(hint_options);
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
}

Range ArenaSupply::offer(std::uint64_t bytes) {
  const port::PortSpec& spec = platform_->spec;
  const std::uint64_t unit = std::max(spec.heap_growth_unit, platform_->machine.page_size);
  const std::uint64_t step = round_up(bytes, unit);
  if (rest_.size < step) {
    if (pending_.is_empty() && !reserve(step)) return {};
    if (!map_->add(pending_)) {
      (void)fail("out of memory allocating heap arena metadata");
      return {};
    }
    const bool is_adjacent = pending_.base == rest_.end();
    // What is left of an arena with no other behind it goes first.
    if (!rest_.is_empty() && !is_adjacent) return rest_;
    rest_ = {rest_.is_empty() ? pending_.base : rest_.base, rest_.size + pending_.size};
    pending_ = {};
  }
  const bool is_stepwise = spec.since(port::Release::k1_14);
  return {rest_.base, is_stepwise ? std::min(step, rest_.size) : rest_.size};
}

bool ArenaSupply::take(Range offered) {
  if (platform_->spec.since(port::Release::k1_17)) {
    const os::Status status = platform_->os.map(offered.base, offered.size);
    if (!status.ok()) {
      return fail(status.failure == os::Failure::kNoMemory
                      ? "runtime: out of memory"
                      : "runtime: cannot map pages in arena address space");
    }
  }
  rest_ = {offered.end(), rest_.size - offered.size};
  return true;
}

bool ArenaSupply::reserve(std::uint64_t bytes) {
  if (spare_ == nullptr) spare_ = memory_->alloc_array<Region>(1, MemoryKind::kOther);
  if (spare_ == nullptr) return fail("out of memory");
  const Growth growth = space_->grow(bytes);
  if (!growth.ok()) {
    failure_ = explain(growth);
    return false;
  }
  pending_ = growth.region;
  if (is_of_start32(pending_)) start32_next_ = pending_.end();
  *spare_ = {pending_, regions_};
  regions_ = spare_;
  spare_ = nullptr;
  return true;
}

Address ArenaSupply::next() const {
  if (!rest_.is_empty()) return rest_.base;
  if (!pending_.is_empty()) return pending_.base;
  const Range start32 = space_->arena_range();
  const std::uint64_t arena_bytes = platform_->spec.heap_arena_bytes;
  if (!start32.is_empty() && start32.end() - start32_next_ >= arena_bytes) return start32_next_;
  const HintStack& hints = space_->hints();
  return hints.empty() || hints[0].down ? Address() : hints[0].address;
}

bool ArenaSupply::fail(std::string_view why) {
  failure_.emplace() << why;
  return false;
}

}  // namespace Atoll::pages
