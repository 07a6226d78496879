// How long a cache's lists are.

#include <algorithm>

#include "src/objects/cache.h"
#include "src/policy.h"

namespace Atoll::objects {

// Under the lock, of a list that has just been counted. It will be counted again when it may be
// full; but not before there were as many frees as it may have objects at first, or some more where
// that is few and there are few caches: seldom, if it is emptied as fast as it is filled.
inline void Cache::grant(const Context& context, unsigned list) {
  ClassCache& state = classes_[list];
  state.granted = std::max({state.limit - state.length, std::int32_t{state.first_limit},
                            context.fewest_granted.load(std::memory_order_relaxed)});
  lists_[list].room.set(state.granted);
}

// What happened to the list since it was counted last.
[[gnu::always_inline]] inline void Cache::count_now(Context& context, unsigned list) {
  FreeList& counted = lists_[list];
  ClassCache& state = classes_[list];
  if (state.limit <= 0) [[unlikely]] {
    const bool is_on_trial = context.is_on_trial(state.allocated + state.freed);
    state.limit = is_on_trial ? ClassCache::kOnTrial : context.first_limit(list);
    state.first_limit = static_cast<std::int16_t>(std::max(state.limit, 0));
  }
  const LockGuard guard(lock_, context.os());
  const std::int32_t allocated = counted.allocated.get();
  const std::int32_t freed = state.granted - counted.room.get();
  state.allocated += static_cast<std::uint32_t>(allocated);
  state.freed += static_cast<std::uint32_t>(freed);
  state.length += freed - allocated;
  counted.allocated.set(0);
  grant(context, list);
}

void Cache::overflow(Context& context, std::size_t offset) {
  const auto list = static_cast<unsigned>(offset / kListStride);
  count_now(context, list);
  ++overflows_;
  if (is_too_long(list) || overflows_ >= policy::kCountsPerLook) [[unlikely]]
    finish_overflow(context, list);
}

[[gnu::noinline]] void Cache::finish_overflow(Context& context, unsigned list) {
  if (!is_too_long(list) && !has_long()) {
    overflows_ = 0;
    return;
  }
  context.call_inside(*this, list, [](Cache& cache, Context& its_context, unsigned its_list) {
    if (cache.is_too_long(its_list)) cache.lengthen(its_context, its_list);
    if (cache.overflows_ >= policy::kCountsPerLook) cache.look_at_lists(its_context);
  });
}

void Cache::count(Context& context, unsigned list) { count_now(context, list); }

// The list has just been counted, and has so many objects or more.
void Cache::give(Context& context, unsigned list, std::int32_t excess) {
  FreeObject*& head = lists_[list].head;
  classes_[list].length -= excess;
  head = settle(context, list, {head, static_cast<std::uint32_t>(excess)}, Others::kPassOn);
  if (head == &end_of_list && classes_[list].length != 0) [[unlikely]] {
    // A double free has cut the list short.
    take_back(context, list, static_cast<std::uint32_t>(classes_[list].length));
    classes_[list].length = 0;
  }
}

// --- Limits. ---

// Of a list that has just been counted. If it may not keep all of its objects, it gives some back.
void Cache::lengthen(Context& context, unsigned list) {
  if (is_on_trial(list)) {
    give(context, list, classes_[list].length);
    const LockGuard guard(lock_, context.os());
    grant_nothing(list);
    return;
  }
  const std::int32_t length = classes_[list].length;
  const auto excess = static_cast<std::uint32_t>(length - classes_[list].limit);
  const std::size_t bytes = std::size_t{excess} * context.sizes->size_class(list).size;
  if (length <= context.sizes->max_limit(list) &&
      context.listed_bytes.load(std::memory_order_relaxed) + bytes <= context.most_listed_now()) {
    set_limit(context, list, length);
  } else {
    give(context, list, length - classes_[list].limit);
  }
}

void Cache::set_limit(Context& context, unsigned list, std::int32_t limit) {
  ClassCache& state = classes_[list];
  // Of a shorter limit the difference wraps, and so does the sum.
  const auto more = static_cast<std::size_t>(std::ptrdiff_t{limit - state.limit});
  context.listed_bytes.fetch_add(more * context.sizes->size_class(list).size,
                                 std::memory_order_relaxed);
  state.limit = limit;
  const std::uint64_t bit = std::uint64_t{1} << (list % 64);
  std::uint64_t& bits = long_[list / 64];
  bits = limit > state.first_limit ? bits | bit : bits & ~bit;
}

void Cache::forget_limits(Context& context) {
  for_each_long([&](unsigned list) { set_limit(context, list, classes_[list].first_limit); });
}

// Takes the limit back as far as the list does not have, or need, so many objects; of those it does
// not need it gives back up to `most`, and tells how many.
std::int32_t Cache::shorten(Context& context, unsigned list, std::int32_t needed,
                            std::int32_t most) {
  count(context, list);
  const ClassCache& state = classes_[list];
  const std::int32_t excess = std::clamp(state.length - needed, 0, most);
  set_limit(context, list, std::min(state.limit, std::max(needed, state.length - excess)));
  give(context, list, excess);
  const LockGuard guard(lock_, context.os());
  grant(context, list);
  return excess;
}

// Memory is needed for something else. False: no list has more than it may have at first.
bool Cache::shorten_lists(Context& context) {
  std::int32_t left = policy::kMostGivenUp;
  for_each_long([&](unsigned list) {
    const std::int32_t first_limit = classes_[list].first_limit;
    if (left > 0 && listed_count(list) > first_limit) {
      left -= shorten(context, list, first_limit, left);
    }
  });
  return left < policy::kMostGivenUp;
}

// A list needs no more objects than were allocated from it since it was looked at last.
void Cache::look_at_lists(Context& context) {
  overflows_ = 0;
  const std::uint64_t delay = context.pages->options().scavenge_delay;
  if (!has_long() || delay == pages::Options::kNeverScavenge) return;
  const std::uint64_t now = context.os().monotonic_nanoseconds();
  if (now < next_look_) return;
  std::int32_t left = policy::kMostGivenUp;
  for_each_long([&](unsigned list) {
    const ClassCache& state = classes_[list];
    const std::uint32_t used = allocated_count(list) - state.looked_at;
    if (left > 0 && used < static_cast<std::uint32_t>(state.limit)) {
      left -=
          shorten(context, list,
                  std::max(static_cast<std::int32_t>(used), std::int32_t{state.first_limit}), left);
    }
  });
  if (left <= 0) return;
  next_look_ = now + delay;
  for_each_long([&](unsigned list) { classes_[list].looked_at = allocated_count(list); });
}

}  // namespace Atoll::objects
