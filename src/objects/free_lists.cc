#include "src/objects/free_lists.h"

namespace Atoll::objects {

constinit FreeObject end_of_list{&end_of_list};

// --- Moving objects. ---

std::int32_t FreeLists::next_refill(const ObjectHeap& heap, unsigned list) {
  ListAccount& its = account(list);
  const SizeTable& sizes = *heap.sizes;
  const unsigned shift = heap.crowding.load(std::memory_order_relaxed);
  const std::int32_t fewest =
      sizes.objects_in({.bytes = policy::kFirstRefillBytes >> shift,
                        .fewest = 1,
                        .most = std::max<std::int32_t>(policy::kFirstRefillObjects >> shift, 1)},
                       list);
  const std::int32_t most = sizes.objects_in(
      {.bytes = policy::kMostRefillBytes, .fewest = 1, .most = sizes.batch(list)}, list);
  its.refill = static_cast<std::int16_t>(std::clamp<std::int32_t>(its.refill * 2, fewest, most));
  return its.refill;
}

std::uint32_t FreeLists::end_give(unsigned list, FreeObject* first) {
  lists_[list].head = first;
  if (first != &end_of_list || account(list).length == 0) [[likely]]
    return 0;
  const auto lost = static_cast<std::uint32_t>(account(list).length);
  account(list).length = 0;
  return lost;
}

[[gnu::cold]] std::uint32_t FreeLists::cut_behind_first(unsigned list) {
  lists_[list].head->next = &end_of_list;
  const auto lost = static_cast<std::uint32_t>(account(list).length - 1);
  account(list).length = 1;
  return lost;
}

// --- Limits. ---

void FreeLists::set_first_limit(const ObjectHeap& heap, unsigned list) {
  ClassCache& its = classes_[list];
  const bool is_on_trial = heap.is_on_trial(its.allocated + its.freed);
  its.list.limit = is_on_trial ? ListAccount::kOnTrial : heap.first_limit(list);
  its.list.first_limit = static_cast<std::int16_t>(
      is_on_trial ? heap.sizes->objects_in(policy::kOnTrial, list) : its.list.limit);
}

// For a list that has no limit yet, or is on trial, which is counted again with its next free.
[[gnu::noinline]] void FreeLists::count_anew(const ObjectHeap& heap, unsigned list) {
  set_first_limit(heap, list);
  count_objects(list);
  grant(heap, list);
  if (!is_on_trial(list)) return;
  account(list).granted = 0;
  lists_[list].room.set(0);
}

std::int32_t FreeLists::lengthen(ObjectHeap& heap, unsigned list) {
  const ListAccount& its = account(list);
  if (is_on_trial(list)) return std::max<std::int32_t>(its.length - its.first_limit, 0);
  if (heap.is_short.load(std::memory_order_relaxed)) return lower_first_limit(heap, list);
  const std::int32_t excess = its.length - its.limit;
  const std::size_t bytes =
      std::size_t{static_cast<std::uint32_t>(excess)} * heap.sizes->size_class(list).size;
  if (its.length > heap.sizes->max_limit(list) ||
      heap.listed_bytes.load(std::memory_order_relaxed) + bytes > heap.most_listed_now()) {
    return excess;
  }
  set_limit(heap, list, its.length);
  return 0;
}

// For a list that is too long when memory is short. Returns how many objects it must give.
[[gnu::cold]] std::int32_t FreeLists::lower_first_limit(ObjectHeap& heap, unsigned list) {
  ListAccount& its = account(list);
  its.first_limit = static_cast<std::int16_t>(
      std::min<std::int32_t>(its.first_limit, std::max<std::int32_t>(heap.first_limit(list), 1)));
  set_limit(heap, list, its.first_limit);
  return its.length - its.limit;
}

std::int32_t FreeLists::shorten(ObjectHeap& heap, unsigned list, std::int32_t needed,
                                std::int32_t most) {
  const ListAccount& its = account(list);
  const std::int32_t excess = std::clamp<std::int32_t>(its.length - needed, 0, most);
  set_limit(heap, list, std::min(its.limit, std::max(needed, its.length - excess)));
  return excess;
}

void FreeLists::set_limit(ObjectHeap& heap, unsigned list, std::int32_t limit) {
  ListAccount& its = account(list);
  // For a lower limit the difference wraps, and so does the sum.
  const auto more = static_cast<std::size_t>(std::ptrdiff_t{limit - its.limit});
  heap.listed_bytes.fetch_add(more * heap.sizes->size_class(list).size, std::memory_order_relaxed);
  its.limit = limit;
  const std::uint64_t bit = std::uint64_t{1} << (list % 64);
  std::uint64_t& bits = long_[list / 64];
  bits = limit > its.first_limit ? bits | bit : bits & ~bit;
}

void FreeLists::forget_limits(ObjectHeap& heap) {
  for_each_long([&](unsigned list) { set_limit(heap, list, account(list).first_limit); });
}

// --- Finding unused lists. ---

std::optional<std::uint64_t> FreeLists::begin_look(os::Os& os, std::uint64_t delay) {
  put_off_look();
  if (!has_long() || delay == pages::Options::kNeverScavenge) return std::nullopt;
  const std::uint64_t now = os.monotonic_nanoseconds();
  if (now < next_look_) return std::nullopt;
  return now;
}

std::optional<std::int32_t> FreeLists::needed(unsigned list) const {
  const ListAccount& its = account(list);
  const std::uint32_t used = allocated_count(list) - its.looked_at;
  if (used >= static_cast<std::uint32_t>(its.limit)) return std::nullopt;
  return std::max(static_cast<std::int32_t>(used), std::int32_t{its.first_limit});
}

void FreeLists::end_look(std::uint64_t now, std::uint64_t delay) {
  next_look_ = now + delay;
  for_each_long([&](unsigned list) { account(list).looked_at = allocated_count(list); });
}

}  // namespace Atoll::objects
