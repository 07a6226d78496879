// What a cache does with its lists: it counts them, and gives objects of long lists back to spans.

#include "src/objects/cache.h"
#include "src/policy.h"

namespace Atoll::objects {

void Cache::count(ObjectHeap& heap, unsigned list) {
  const LockGuard guard(*lock_, heap.os());
  lists_.count(heap, list);
}

void Cache::overflow(ObjectHeap& heap, std::size_t offset) {
  const unsigned list = span_class_at(offset);
  {
    // As count() does, which is not compiled in: a call costs every free of a pair a tenth of an
    // instruction and more.
    const LockGuard guard(*lock_, heap.os());
    lists_.count(heap, list);
  }
  const bool may_look = lists_.note_overflow();
  if (may_look || lists_.is_too_long(list)) [[unlikely]]
    finish_overflow(heap, list);
}

[[gnu::noinline]] void Cache::finish_overflow(ObjectHeap& heap, unsigned list) {
  if (!lists_.is_too_long(list) && !lists_.has_long()) {
    lists_.put_off_look();
    return;
  }
  heap.call_inside(*this, list, [](Cache& cache, ObjectHeap& its_heap, unsigned its_list) {
    if (cache.lists_.is_too_long(its_list)) cache.lengthen(its_heap, its_list);
    if (cache.lists_.is_look_due()) cache.look_at_lists(its_heap);
  });
}

// --- Lists give objects back. ---

// Gives back the objects that the list may not keep.
void Cache::lengthen(ObjectHeap& heap, unsigned list) {
  const std::int32_t excess = lists_.lengthen(heap, list);
  // Objects of shared spans go back to these spans.
  const Others others = lists_.is_on_trial(list) ? Others::kFree : Others::kPassOn;
  if (excess != 0) give(heap, list, excess, others);
}

// Returns how many objects it gave back.
std::int32_t Cache::shorten(ObjectHeap& heap, unsigned list, std::int32_t needed,
                            std::int32_t most) {
  count(heap, list);
  const std::int32_t excess = lists_.shorten(heap, list, needed, most);
  give(heap, list, excess, Others::kPassOn);
  const LockGuard guard(*lock_, heap.os());
  lists_.grant(heap, list);
  return excess;
}

// Called when the thread needs memory for something else. Returns false if no list exceeds its
// first limit.
bool Cache::shorten_lists(ObjectHeap& heap) {
  std::int32_t left = policy::kMostGivenUp;
  lists_.for_each_long([&](unsigned list) {
    const std::int32_t first_limit = lists_.first_limit(list);
    if (left > 0 && lists_.listed_count(list) > first_limit) {
      left -= shorten(heap, list, first_limit, left);
    }
  });
  return left < policy::kMostGivenUp;
}

// Makes lists give back what they have not used for a while, up to kMostGivenUp objects at a time.
void Cache::look_at_lists(ObjectHeap& heap) {
  const std::uint64_t delay = heap.pages->options().scavenge_delay;
  const std::optional<std::uint64_t> now = lists_.begin_look(heap.os(), delay);
  if (!now.has_value()) return;
  std::int32_t left = policy::kMostGivenUp;
  lists_.for_each_long([&](unsigned list) {
    const std::optional<std::int32_t> needed = lists_.needed(list);
    if (left > 0 && needed.has_value()) left -= shorten(heap, list, *needed, left);
  });
  if (left > 0) lists_.end_look(*now, delay);
}

// Precondition: the list was just counted, and has at least `count` objects.
void Cache::give(ObjectHeap& heap, unsigned list, std::int32_t count, Others others) {
  FreeObject* const rest = settle(heap, list, lists_.begin_give(list, count), others);
  const std::uint32_t lost = lists_.end_give(list, rest);
  if (lost != 0) [[unlikely]]
    uncount_freed(heap, list, lost);
}

FreeObject* Cache::settle(ObjectHeap& heap, unsigned span_class, Chain chain, Others others) {
  Surplus surplus(heap);
  const LockGuard guard(*lock_, heap.os());
  return spans_.settle(heap, span_class, chain, others, surplus);
}

// --- Lists that a double free has cut short. ---

// For a list that was just counted, and whose first object is its own successor. The objects behind
// it are lost: they count as never freed.
[[gnu::cold]] void Cache::name_double_free(ObjectHeap& heap, unsigned list) {
  const FreeObject* const object = lists_[list].head;
  const Address address = heap.platform->address(object);
  heap.report(CorruptionKind::kDoubleFree, object, heap.pages->map().span_of(address));
  uncount_freed(heap, list, lists_.cut_behind_first(list));
}

[[gnu::cold]] void Cache::check_lists(ObjectHeap& heap) {
  for (unsigned i = 0; i < heap.sizes->num_span_classes(); ++i) {
    if (!lists_[i].was_first_freed_twice()) continue;
    count(heap, i);
    name_double_free(heap, i);
  }
}

// For `count` objects that were counted as freed, but were free before or not objects.
void Cache::uncount_freed(ObjectHeap& heap, unsigned span_class, std::uint32_t count) {
  const LockGuard guard(*lock_, heap.os());
  classes_[span_class].freed -= count;
}

}  // namespace Atoll::objects
