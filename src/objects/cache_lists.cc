// What a cache does with its lists: it counts them, and gives objects of those that are too long
// back to spans.

#include "src/objects/cache.h"
#include "src/policy.h"

namespace Atoll::objects {

void Cache::count(Context& context, unsigned list) {
  const LockGuard guard(*lock_, context.os());
  lists_.count(context, list);
}

void Cache::overflow(Context& context, std::size_t offset) {
  const unsigned list = span_class_at(offset);
  {
    const LockGuard guard(*lock_, context.os());
    lists_.count(context, list);
  }
  const bool may_look = lists_.note_overflow();
  if (may_look || lists_.is_too_long(list)) [[unlikely]]
    finish_overflow(context, list);
}

[[gnu::noinline]] void Cache::finish_overflow(Context& context, unsigned list) {
  if (!lists_.is_too_long(list) && !lists_.has_long()) {
    lists_.put_off_look();
    return;
  }
  context.call_inside(*this, list, [](Cache& cache, Context& its_context, unsigned its_list) {
    if (cache.lists_.is_too_long(its_list)) cache.lengthen(its_context, its_list);
    if (cache.lists_.is_look_due()) cache.look_at_lists(its_context);
  });
}

// --- Objects that lists give back. ---

// If the list may not keep all of its objects, it gives some back.
void Cache::lengthen(Context& context, unsigned list) {
  const std::int32_t excess = lists_.lengthen(context, list);
  // What is shared stays so.
  const bool is_on_trial = lists_.is_on_trial(list);
  if (excess != 0) give(context, list, excess, is_on_trial ? Others::kFree : Others::kPassOn);
  if (!is_on_trial) return;
  const LockGuard guard(*lock_, context.os());
  lists_.grant_nothing(list);
}

// Returns how many objects were given back.
std::int32_t Cache::shorten(Context& context, unsigned list, std::int32_t needed,
                            std::int32_t most) {
  count(context, list);
  const std::int32_t excess = lists_.shorten(context, list, needed, most);
  give(context, list, excess, Others::kPassOn);
  const LockGuard guard(*lock_, context.os());
  lists_.grant(context, list);
  return excess;
}

// Memory is needed for something else. False: no list has more than it may have at first.
bool Cache::shorten_lists(Context& context) {
  std::int32_t left = policy::kMostGivenUp;
  lists_.for_each_long([&](unsigned list) {
    const std::int32_t first_limit = lists_.first_limit(list);
    if (left > 0 && lists_.listed_count(list) > first_limit) {
      left -= shorten(context, list, first_limit, left);
    }
  });
  return left < policy::kMostGivenUp;
}

// Lists give back what they have not used for a while, as many at a time.
void Cache::look_at_lists(Context& context) {
  const std::uint64_t delay = context.pages->options().scavenge_delay;
  const std::optional<std::uint64_t> now = lists_.begin_look(context.os(), delay);
  if (!now.has_value()) return;
  std::int32_t left = policy::kMostGivenUp;
  lists_.for_each_long([&](unsigned list) {
    const std::optional<std::int32_t> needed = lists_.needed(list);
    if (left > 0 && needed.has_value()) left -= shorten(context, list, *needed, left);
  });
  if (left > 0) lists_.end_look(*now, delay);
}

// The list has just been counted, and has so many objects or more.
void Cache::give(Context& context, unsigned list, std::int32_t count, Others others) {
  FreeObject* const rest = settle(context, list, lists_.begin_give(list, count), others);
  const std::uint32_t lost = lists_.end_give(list, rest);
  if (lost != 0) [[unlikely]]
    uncount_freed(context, list, lost);
}

FreeObject* Cache::settle(Context& context, unsigned span_class, Chain chain, Others others) {
  Surplus surplus(context);
  const LockGuard guard(*lock_, context.os());
  return spans_.settle(context, span_class, chain, others, surplus);
}

// --- Lists that a double free has cut short. ---

// Of a list that was just counted, and whose first object is its own successor. What was behind
// that is lost: it counts as never freed.
[[gnu::cold]] void Cache::name_double_free(Context& context, unsigned list) {
  const FreeObject* const object = lists_[list].head;
  const Address address = context.platform->address(object);
  context.report(CorruptionKind::kDoubleFree, object, context.pages->map().span_of(address));
  uncount_freed(context, list, lists_.cut_behind_first(list));
}

[[gnu::cold]] void Cache::check_lists(Context& context) {
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    if (!lists_[i].was_first_freed_twice()) continue;
    count(context, i);
    name_double_free(context, i);
  }
}

// So many objects that were counted as freed were free before, or none.
void Cache::uncount_freed(Context& context, unsigned span_class, std::uint32_t count) {
  const LockGuard guard(*lock_, context.os());
  classes_[span_class].freed -= count;
}

}  // namespace Atoll::objects
