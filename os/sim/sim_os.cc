#include "os/sim/sim_os.h"

#include <algorithm>

#include "os/base/bits.h"
#include "os/sim/placement.h"

namespace Atoll::os::sim {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

constexpr Status kDone{};
constexpr StateSet kMapped = StateSet(State::kPrepared) | State::kReady;
constexpr Status failed(Failure failure) { return Status{failure, 0}; }

}  // namespace

SimOs::SimOs(const Config& config) : SimOs(config, table_) {}

SimOs::SimOs(const Config& config, std::span<Region> table)
    : config_(config), space_(table), linear_end_(config.origin.aligned_up(config.granularity)) {
  for (const Range& obstacle : config.obstacles) {
    if (!add_obstacle(obstacle)) abort();
  }
}

// --- The books. ---

std::uint64_t SimOs::bytes_held() const {
  return space_.bytes(State::kReserved) + space_.bytes(State::kPrepared) +
         space_.bytes(State::kReady);
}

std::uint64_t SimOs::bytes_committed() const {
  const std::uint64_t prepared = config_.commits_at_map ? space_.bytes(State::kPrepared) : 0;
  return prepared + space_.bytes(State::kReady);
}

std::uint64_t SimOs::commit_left() const {
  if (config_.commit_limit == 0) return kNoLimit;
  const std::uint64_t committed = bytes_committed();
  return committed < config_.commit_limit ? config_.commit_limit - committed : 0;
}

// How much of the beginning of `range` can become Ready within the commit limit.
std::uint64_t SimOs::affordable_part(Range range) const {
  std::uint64_t left = round_down(commit_left(), config_.page_size);
  std::uint64_t part = 0;
  bool stopped = false;
  space_.for_each(range, [&](Range piece, State state) {
    if (stopped) return;
    const std::uint64_t cost = state == State::kReady ? 0 : piece.size;
    stopped = cost > left;
    part += stopped ? left : piece.size;
    left -= std::min(cost, left);
  });
  return part;
}

void SimOs::note_growth() { peak_held_ = std::max(peak_held_, bytes_held()); }

// --- Turning knobs. ---

bool SimOs::add_obstacle(Range range) {
  return !range.is_empty() && !range.wraps() && space_.is_free(range) &&
         space_.add(range, State::kForeign);
}

bool SimOs::remove_obstacle(Range range) {
  return !range.is_empty() && !range.wraps() && space_.is_all(range, State::kForeign) &&
         space_.remove(range);
}

bool SimOs::grow_by_others(std::uint64_t size) {
  const Range range{linear_end_, round_up(size, config_.granularity)};
  if (!usable(config_).contains(range) || !add_obstacle(range)) return false;
  linear_end_ = range.end();
  return true;
}

void SimOs::end_thread() {
  void* const argument = exit_argument_;
  exit_argument_ = nullptr;
  if (argument != nullptr) exit_function_(argument);
}

// --- Arguments and plans. ---

bool SimOs::fails_by_plan() const {
  if (config_.failing_call == 0) return false;
  return calls_ == config_.failing_call ||
         (config_.all_later_calls_fail && calls_ > config_.failing_call);
}

bool SimOs::is_well_formed(Range range) const {
  return !range.is_empty() && !range.wraps() && range.base.is_aligned(config_.page_size) &&
         is_multiple_of(range.size, config_.page_size);
}

Status SimOs::misuse(Failure failure) {
  ++misuses_;
  return failed(failure);
}

// Every verb on memory that is ours begins with this.
Status SimOs::begin(Range range, StateSet allowed) {
  ++calls_;
  if (!is_well_formed(range)) return misuse(Failure::kBadArgument);
  if (!space_.is_all(range, allowed)) return misuse(Failure::kNotReserved);
  return fails_by_plan() ? failed(config_.failure) : kDone;
}

// --- Where memory goes. ---

Allocation SimOs::take(Address hint, std::uint64_t size, State state) {
  constexpr Status kFull{Failure::kNoMemory, 0};
  const std::uint64_t limit = config_.address_space_limit;
  if (limit != 0 && (size > limit || bytes_held() > limit - size)) return {Address(), kFull};
  Range range{Address(), size};
  const bool linear = config_.placement == Placement::kLinear;
  const bool placed = linear ? place_linear(config_, space_, linear_end_, hint, size, &range.base)
                             : place(config_, space_, hint, size, &range.base);
  if (!placed || !space_.add(range, state)) return {Address(), kFull};
  if (linear) linear_end_ = std::max(linear_end_, range.end());
  note_growth();
  return {range.base, kDone};
}

// The books show the answer as Reserved, so that tests can see the caller give it back. They do not
// if it lies over other memory, since the books cannot keep a range twice.
Allocation SimOs::answer_exactly(Address base, std::uint64_t size) {
  if (base.is_null()) return {Address(), failed(Failure::kNoMemory)};
  const Range range{base, size};
  if (!range.wraps() && space_.is_free(range) && space_.add(range, State::kReserved)) note_growth();
  return {base, kDone};
}

// --- Memory. ---

Allocation SimOs::reserve(Address hint, std::uint64_t size) {
  ++calls_;
  const bool wish_wraps = !hint.is_null() && Range{hint, size}.wraps();
  if (size == 0 || !is_multiple_of(size, config_.page_size) ||
      !hint.is_aligned(config_.page_size) || wish_wraps) {
    return {Address(), misuse(Failure::kBadArgument)};
  }
  if (fails_by_plan()) return {Address(), failed(config_.failure)};
  if (answers_ < config_.reserve_script.size()) {
    const Answer answer = config_.reserve_script[answers_++];
    if (answer.kind == Answer::Kind::kExactly) return answer_exactly(answer.base, size);
    if (answer.kind == Answer::Kind::kFails) return {Address(), failed(Failure::kNoMemory)};
  }
  return take(hint, size, State::kReserved);
}

Status SimOs::map(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (const Status status = begin(range, State::kReserved); !status.ok()) return status;
  if (config_.commits_at_map && size > commit_left()) return failed(Failure::kNoMemory);
  return space_.set_state(range, State::kPrepared) ? kDone : failed(Failure::kNoMemory);
}

Status SimOs::used(Address base, std::uint64_t size) {
  Range range{base, size};
  if (const Status status = begin(range, kMapped); !status.ok()) return status;
  const bool affordable =
      config_.commits_at_map || space_.bytes_in(range, State::kPrepared) <= commit_left();
  if (!affordable) {
    range.size = config_.fails_partway ? affordable_part(range) : 0;
    if (range.is_empty()) return failed(Failure::kNoMemory);
  }
  if (!space_.set_state(range, State::kReady)) return failed(Failure::kNoMemory);
  if (config_.backing != nullptr) config_.backing->ready(range);
  return affordable ? kDone : failed(Failure::kNoMemory);
}

Status SimOs::unused(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (const Status status = begin(range, kMapped); !status.ok()) return status;
  if (!space_.set_state(range, State::kPrepared)) return failed(Failure::kNoMemory);
  if (config_.backing == nullptr) return kDone;
  if (config_.decommit_zeroes) {
    config_.backing->lost(range);
  } else {
    config_.backing->withheld(range);
  }
  return kDone;
}

Status SimOs::fault(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (const Status status = begin(range, kMapped); !status.ok()) return status;
  if (!config_.can_protect) return misuse(Failure::kUnsupported);
  if (!space_.set_state(range, State::kReserved)) return failed(Failure::kNoMemory);
  if (config_.backing != nullptr) config_.backing->lost(range);
  return kDone;
}

Allocation SimOs::alloc(std::uint64_t size) {
  ++calls_;
  if (size == 0 || !is_multiple_of(size, config_.page_size)) {
    return {Address(), misuse(Failure::kBadArgument)};
  }
  if (fails_by_plan()) return {Address(), failed(config_.failure)};
  if (size > commit_left()) return {Address(), failed(Failure::kNoMemory)};
  const Allocation allocation = take(Address(), size, State::kReady);
  if (allocation.ok() && config_.backing != nullptr) {
    config_.backing->ready(Range{allocation.base, size});
  }
  return allocation;
}

Status SimOs::release(Address base, std::uint64_t size) {
  return give_back(Range{base, size}, State::kReserved);
}

Status SimOs::free(Address base, std::uint64_t size) { return give_back(Range{base, size}, kOurs); }

Status SimOs::give_back(Range range, StateSet allowed) {
  ++calls_;
  if (range.is_empty() || range.wraps()) return misuse(Failure::kBadArgument);
  // A script may have answered with an unaligned reservation, which the caller may give back as it
  // is.
  const bool whole = space_.is_one_reservation(range);
  if (!whole && !is_well_formed(range)) return misuse(Failure::kBadArgument);
  if (!space_.is_all(range, allowed)) return misuse(Failure::kNotReserved);
  if (!whole && !config_.releases_parts) return misuse(Failure::kUnsupported);
  if (fails_by_plan()) return failed(config_.failure);
  if (!space_.remove(range)) return failed(Failure::kNoMemory);
  if (config_.backing != nullptr) config_.backing->lost(range);
  return kDone;
}

std::optional<std::uint64_t> SimOs::resident(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (!begin(range, kMapped).ok() || config_.residency == Residency::kUnknown) return std::nullopt;
  if (config_.residency == Residency::kEverything) return size;
  std::optional<std::uint64_t> told;
  if (config_.backing != nullptr) told = config_.backing->resident(range, config_.page_size);
  return told.has_value() ? told : space_.bytes_in(range, State::kReady);
}

Status SimOs::wish_huge_pages(Address base, std::uint64_t size, HugePages wish) {
  const Range range{base, size};
  if (const Status status = begin(range, kMapped); !status.ok()) return status;
  if (!config_.takes_huge_page_wishes) return failed(Failure::kUnsupported);
  ++wishes_;
  latest_wish_ = Wish{range, wish};
  return kDone;
}

// --- Everything else. ---

Machine SimOs::probe() {
  const bool linear = config_.placement == Placement::kLinear;
  Machine machine;
  machine.page_size = config_.page_size;
  machine.granularity = config_.granularity;
  machine.address_bits = config_.address_bits;
  machine.end_of_data = config_.end_of_data;
  machine.program_break = linear ? linear_end_ : config_.program_break;
  machine.pointer_bias = config_.pointer_bias;
  machine.honours_hints = linear ? config_.skips_to_hint : config_.hints == Hints::kHonoured;
  machine.releases_parts = config_.releases_parts;
  machine.lazy_commit = config_.lazy_commit;
  machine.can_shrink = config_.can_shrink;
  machine.can_protect = config_.can_protect;
  machine.linear_only = linear;
  machine.has_threads = config_.has_threads;
  return machine;
}

void SimOs::write(std::string_view text) {
  if (config_.on_write != nullptr) {
    config_.on_write(config_.context, text);
    return;
  }
  const std::size_t fits = std::min(text.size(), kOutput - output_size_);
  std::copy_n(text.data(), fits, output_.data() + output_size_);
  output_size_ += fits;
  output_is_cut_ = output_is_cut_ || fits < text.size();
}

void SimOs::abort() {
  if (config_.on_abort != nullptr) config_.on_abort(config_.context);
  __builtin_trap();
}

std::uint64_t SimOs::monotonic_nanoseconds() {
  const std::uint64_t now = config_.time;
  config_.time += config_.time_step;
  return now;
}

std::uint64_t SimOs::random_seed() {
  const std::uint64_t seed = config_.seed;
  config_.seed += config_.seed_step;
  return seed;
}

// There is only one thread, so nobody could wake it: nothing waits.
void SimOs::park(const std::atomic<std::uint32_t>&, std::uint32_t) {}
void SimOs::unpark(const std::atomic<std::uint32_t>&, std::uint32_t) {}
void SimOs::yield() {}

bool SimOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  if (!config_.has_threads) return false;
  exit_function_ = function;
  exit_argument_ = argument;
  return true;
}

}  // namespace Atoll::os::sim
