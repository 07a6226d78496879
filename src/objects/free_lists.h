// One cache's lists of free objects, and how many objects each has and may have.
//
// The fast path does not count the objects of a list: a list knows its length only when the cache
// counts it. The cache then grants the list a number of frees, its `room`, and counts it again when
// these are used up or the list is empty.
//
// The limit of a list's length is dynamic. Every list may hold a few objects, and fewer where there
// are many caches. There a class is first on trial (object_heap.h), and its list holds hardly any.
// A list may hold many objects, up to what all threads may keep together, as long as nobody needs
// the memory. When the thread must ask the page heap for a span, its long lists give up what
// exceeds their first limit, some at a time; and each list gives up what it has not used for a
// while.
//
// This piece decides how many objects a list gives, and keeps the account. The cache takes these
// objects with begin_give() and end_give(), and decides where they go.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "src/objects/by_span_class.h"
#include "src/objects/class_cache.h"
#include "src/objects/free_list.h"
#include "src/objects/object_heap.h"

namespace Atoll::objects {

// Used by one thread, except for the functions that any thread may call. The caller of a function
// that is "under the lock" holds the cache's lock, because other threads read what it changes.
class FreeLists {
 public:
  constexpr FreeLists() = default;

  // `classes` has one zeroed element for each span class, and must outlive this object.
  void init(ClassCache* classes) { classes_ = BySpanClass(classes); }

  FreeList& operator[](unsigned list) { return lists_[list]; }
  const FreeList& operator[](unsigned list) const { return lists_[list]; }

  // --- Counting. ---

  // Brings the account of a list up to date, and grants it frees until it may be too long. Under
  // the lock.
  void count(const ObjectHeap& heap, unsigned list);
  // Grants frees again, after the list gave some of its objects away. Under the lock.
  void grant(const ObjectHeap& heap, unsigned list);

  // For any thread: the number of objects on the list, and the number of frees to it since it was
  // counted last. Exact only while the list's own thread does nothing.
  std::int32_t listed_count(unsigned list) const {
    return account(list).length + freed_count(list) - lists_[list].allocated.read();
  }
  std::int32_t freed_count(unsigned list) const {
    return account(list).granted - lists_[list].room.read();
  }

  // --- Moving many objects at a time. The list must have just been counted. ---

  // Returns how many objects the next refill should bring: twice as many as the last one, within
  // bounds.
  std::int32_t next_refill(const ObjectHeap& heap, unsigned list);
  // Fills the list, which must be empty, with a chain that ends with end_of_list.
  void fill(unsigned list, Chain chain) {
    lists_[list].head = chain.first;
    account(list).length += static_cast<std::int32_t>(chain.count);
  }

  // Takes the list's first `count` objects off its account and gives them to the caller. The caller
  // then tells end_give() the new first object: usually the one behind them, or end_of_list if a
  // double free has cut the list short. end_give() returns how many objects that lost.
  Chain begin_give(unsigned list, std::int32_t count) {
    account(list).length -= count;
    return {lists_[list].head, static_cast<std::uint32_t>(count)};
  }
  std::uint32_t end_give(unsigned list, FreeObject* first);
  // Takes all objects of the list.
  Chain give_all(unsigned list) {
    const Chain chain = begin_give(list, account(list).length);
    lists_[list].head = &end_of_list;
    return chain;
  }

  // For a list whose first object is its own successor, because it was freed twice in a row. Makes
  // that object the last one of the list, and returns how many objects behind it are lost.
  std::uint32_t cut_behind_first(unsigned list);

  // --- Limits. The list must have just been counted. ---

  // Always true while the list is on trial.
  bool is_too_long(unsigned list) const { return account(list).length > account(list).limit; }
  // Whether the list is on trial, and so keeps hardly any objects.
  bool is_on_trial(unsigned list) const { return account(list).limit == ListAccount::kOnTrial; }
  std::int32_t length(unsigned list) const { return account(list).length; }
  std::int32_t first_limit(unsigned list) const { return account(list).first_limit; }

  // For a list that is too long. Returns 0 if it may keep its objects, because there was room for a
  // higher limit; otherwise returns how many objects it must give.
  std::int32_t lengthen(ObjectHeap& heap, unsigned list);
  // Cuts a list down to the `needed` objects: returns how many it gives, at most `most`, and lowers
  // the limit as far as that goes.
  std::int32_t shorten(ObjectHeap& heap, unsigned list, std::int32_t needed, std::int32_t most);
  // Takes back the limits of all long lists, so that other caches may have what these were granted.
  void forget_limits(ObjectHeap& heap);

  bool has_long() const { return long_ != decltype(long_){}; }
  // Calls visit(list) for each list whose limit is above its first limit. `visit` may shorten that
  // list.
  template <typename Visit>
  void for_each_long(Visit visit) const {
    for (std::size_t i = 0; i < long_.size(); ++i) {
      for (std::uint64_t left = long_[i]; left != 0; left &= left - 1) {
        visit(static_cast<unsigned>(i * 64 + static_cast<unsigned>(std::countr_zero(left))));
      }
    }
  }

  // --- Finding unused lists: at most once in many counts, and only after a delay. ---

  // Notes that a list was counted because of frees. Returns whether it is worth reading the clock.
  bool note_overflow() { return ++overflows_ >= policy::kCountsPerLook; }
  bool is_look_due() const { return overflows_ >= policy::kCountsPerLook; }
  void put_off_look() { overflows_ = 0; }

  // Reads the clock. Returns nothing if it is too early, or if no list is long.
  std::optional<std::uint64_t> begin_look(os::Os& os, std::uint64_t delay);
  // Returns how many objects a list needs: as many as were allocated from it since the last look,
  // but at least its first limit. Returns nothing if the list used all that it may have.
  std::optional<std::int32_t> needed(unsigned list) const;
  // Ends a look at all long lists. `now` is what begin_look() returned.
  void end_look(std::uint64_t now, std::uint64_t delay);

 private:
  ListAccount& account(unsigned list) { return classes_[list].list; }
  const ListAccount& account(unsigned list) const { return classes_[list].list; }
  void count_objects(unsigned list);
  void count_anew(const ObjectHeap& heap, unsigned list);
  void set_first_limit(const ObjectHeap& heap, unsigned list);
  void set_limit(ObjectHeap& heap, unsigned list, std::int32_t limit);
  std::int32_t lower_first_limit(ObjectHeap& heap, unsigned list);
  // The lower half of the number of objects ever taken from the list.
  std::uint32_t allocated_count(unsigned list) const {
    return static_cast<std::uint32_t>(classes_[list].allocated) +
           static_cast<std::uint32_t>(lists_[list].allocated.get());
  }

  // The first member: page records have the offset of a class's list in a cache.
  std::array<FreeList, kLists> lists_{};
  BySpanClass<ClassCache> classes_;
  std::array<std::uint64_t, (kMaxSpanClasses + 63) / 64> long_{};  // bits of the long lists
  std::uint64_t next_look_ = 0;  // no look before this time, in nanoseconds
  unsigned overflows_ = 0;       // counts because of frees, since the last look
};

// The list will be counted again when it may be too long, but not before it has had as many frees
// as its first limit, or the heap's minimum where that is more. So a list that is emptied as fast
// as it is filled is counted seldom. count_anew() sets the room of a list on trial to 0, so that it
// is counted with every free.
[[gnu::always_inline]] inline void FreeLists::grant(const ObjectHeap& heap, unsigned list) {
  ListAccount& its = account(list);
  its.granted = std::max({its.limit - its.length, std::int32_t{its.first_limit},
                          heap.fewest_granted.load(std::memory_order_relaxed)});
  lists_[list].room.set(its.granted);
}

[[gnu::always_inline]] inline void FreeLists::count(const ObjectHeap& heap, unsigned list) {
  if (account(list).limit <= 0) [[unlikely]] {
    count_anew(heap, list);
  } else {
    count_objects(list);
    grant(heap, list);
  }
}

[[gnu::always_inline]] inline void FreeLists::count_objects(unsigned list) {
  FreeList& counted = lists_[list];
  ClassCache& its = classes_[list];
  const std::int32_t allocated = counted.allocated.get();
  const std::int32_t freed = its.list.granted - counted.room.get();
  its.allocated += static_cast<std::uint32_t>(allocated);
  its.freed += static_cast<std::uint32_t>(freed);
  its.list.length += freed - allocated;
  counted.allocated.set(0);
}

}  // namespace Atoll::objects
