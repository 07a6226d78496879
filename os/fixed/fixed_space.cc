#include "os/fixed/fixed_space.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "os/backend/range_check.h"

namespace Atoll::os {
namespace {

constexpr Allocation kNoRoom{Address(), {Failure::kNoMemory, 0}};

Line refusal(std::string_view why) {
  Line line;
  line << "the buffer " << why;
  return line;
}

}  // namespace

Line FixedSpace::init(void* buffer, std::uint64_t size) {
  const Range all{Address::of(buffer), size};
  if (states_ != nullptr) return refusal("comes too late: there is one already");
  if (all.base.is_null()) return refusal("is null");
  if (size != 0 && (all.wraps() || all.last().value() > kLastPointer)) {
    return refusal("wraps round the end of the address space");
  }
  // Until the table has a place, these are without it.
  Address first = all.base.aligned_up(kPageBytes);
  const Address end = all.end().aligned_down(kPageBytes);
  if (first < all.base || first >= end) return refusal("has no room for a page");
  std::uint64_t count = (end - first) / kPageBytes;
  Address table = all.base;
  if (first - all.base < count) {
    table = end;
    if (all.end() - end < count) {
      const std::uint64_t taken = (count + kPageBytes - 1) / kPageBytes;
      if (taken >= count) return refusal("has no room for a page");
      table = first;
      first = first + taken * kPageBytes;
      count -= taken;
    }
  }
  first_ = first;
  count_ = static_cast<Number>(count);
  states_ = static_cast<State*>(table.pointer());
  std::memset(states_, static_cast<int>(State::kNone), count_);
  return {};
}

std::uint64_t FixedSpace::bytes_held() const {
  std::uint64_t held = 0;
  for (Number i = 0; i < count_; ++i) held += states_[i] == State::kNone ? 0 : kPageBytes;
  return held;
}

bool FixedSpace::is_free(Number first, Number count) const {
  for (Number i = first; i < first + count; ++i) {
    if (states_[i] != State::kNone) return false;
  }
  return true;
}

void FixedSpace::clear(Number page) const {
  std::memset(address_of(page).pointer(), 0, static_cast<std::size_t>(kPageBytes));
}

Allocation FixedSpace::take(Number first, Number count, State state) {
  for (Number i = first; i < first + count; ++i) {
    states_[i] = state;
    if (state == State::kReady) clear(i);
  }
  return {address_of(first), {}};
}

// At the hint if all of the place is free, otherwise at the lowest place.
Allocation FixedSpace::reserve(Address hint, std::uint64_t size) {
  const Status wrong = check_request(hint, size, kPageBytes);
  if (!wrong.ok()) return {Address(), wrong};
  if (size > pages().size) return kNoRoom;
  const auto count = static_cast<Number>(size / kPageBytes);
  if (pages().contains(Range{hint, size}) && is_free(number_of(hint), count)) {
    return take(number_of(hint), count, State::kReserved);
  }
  Number run = 0;
  for (Number i = 0; i < count_; ++i) {
    run = states_[i] == State::kNone ? run + 1 : 0;
    if (run == count) return take(i + 1 - count, count, State::kReserved);
  }
  return kNoRoom;
}

// At the highest place.
Allocation FixedSpace::alloc(std::uint64_t size) {
  const Status wrong = check_request(Address(), size, kPageBytes);
  if (!wrong.ok()) return {Address(), wrong};
  if (size > pages().size) return kNoRoom;
  const auto count = static_cast<Number>(size / kPageBytes);
  Number run = 0;
  for (Number i = count_; i-- > 0;) {
    run = states_[i] == State::kNone ? run + 1 : 0;
    if (run == count) return take(i, count, State::kReady);
  }
  return kNoRoom;
}

Status FixedSpace::check(Range range, unsigned states) const {
  const Status wrong = check_range(range, kPageBytes);
  if (!wrong.ok()) return wrong;
  if (!pages().contains(range)) return {Failure::kNotReserved, 0};
  for (const State state : states_of(range)) {
    if ((bit(state) & states) == 0) return {Failure::kNotReserved, 0};
  }
  return {};
}

void FixedSpace::set(Range range, State state) { std::ranges::fill(states_of(range), state); }

Status FixedSpace::release(Range range) {
  const Status status = check(range, bit(State::kReserved));
  if (status.ok()) set(range, State::kNone);
  return status;
}

Status FixedSpace::map(Range range) {
  const Status status = check(range, bit(State::kReserved));
  if (status.ok()) set(range, State::kPrepared);
  return status;
}

Status FixedSpace::used(Range range) {
  const Status status =
      check(range, bit(State::kPrepared) | bit(State::kUnused) | bit(State::kReady));
  if (!status.ok()) return status;
  for (const State& state : states_of(range)) {
    if (state == State::kPrepared) clear(static_cast<Number>(&state - states_));
  }
  set(range, State::kReady);
  return {};
}

Status FixedSpace::unused(Range range) {
  const Status status =
      check(range, bit(State::kPrepared) | bit(State::kUnused) | bit(State::kReady));
  if (!status.ok()) return status;
  std::ranges::replace(states_of(range), State::kReady, State::kUnused);
  return {};
}

Status FixedSpace::free(Range range) {
  const Status status = check(range, ~bit(State::kNone));
  if (status.ok()) set(range, State::kNone);
  return status;
}

std::optional<std::uint64_t> FixedSpace::resident(Range range) const {
  if (!check(range, ~(bit(State::kNone) | bit(State::kReserved))).ok()) return std::nullopt;
  const auto ready = std::ranges::count(states_of(range), State::kReady);
  return static_cast<std::uint64_t>(ready) * kPageBytes;
}

}  // namespace Atoll::os
