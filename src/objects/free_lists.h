// One cache's lists of free objects, and how many objects each has and may have.
//
// The fast path takes objects from a list and puts objects on it without counting them all: a list
// knows its length only when it is counted. Then it is granted some frees, its `room`, and it is
// counted again when it has used these up, or is empty.
//
// The limit of a list's length is dynamic. Every list may hold a few objects, fewer where there are
// many caches, and none there until its class has been used some times: it is on trial
// (object_heap.h). It may hold many, up to what all threads may keep together, as long as nobody
// needs the memory. When the thread must ask the page heap for a span, its long lists give their
// many objects up, some at a time; and each list gives up what it has not used for a while.
//
// This piece decides how many objects a list gives, and keeps the account. Where they go is the
// cache's business, which takes them from here: begin_give() and end_give().
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

// Used by one thread, but for what is said to be for any. What it says to be under the lock changes
// what others read under the cache's lock.
class FreeLists {
 public:
  constexpr FreeLists() = default;

  // `classes`, of all span classes, are zero, and outlive this.
  void init(ClassCache* classes) { classes_ = BySpanClass(classes); }

  FreeList& operator[](unsigned list) { return lists_[list]; }
  const FreeList& operator[](unsigned list) const { return lists_[list]; }

  // --- Counting. ---

  // Brings the account of a list up to date, and grants it frees until it may be too long. Under
  // the lock.
  void count(const ObjectHeap& heap, unsigned list);
  // The same grant, after some of its objects were given away. Under the lock.
  void grant(const ObjectHeap& heap, unsigned list);

  // For any thread: how many objects are on the list, and how many were put on it since it was
  // counted last. Right while its thread does nothing.
  std::int32_t listed_count(unsigned list) const {
    return account(list).length + freed_count(list) - lists_[list].allocated.read();
  }
  std::int32_t freed_count(unsigned list) const {
    return account(list).granted - lists_[list].room.read();
  }

  // --- Objects come and go, many at a time. Of a list that was just counted. ---

  // How many objects the next refill should bring: twice as many as the last one, within bounds.
  std::int32_t next_refill(const ObjectHeap& heap, unsigned list);
  // The list is empty, and gets a chain that ends with end_of_list.
  void fill(unsigned list, Chain chain) {
    lists_[list].head = chain.first;
    account(list).length += static_cast<std::int32_t>(chain.count);
  }

  // Takes the list's first `count` objects off its account. They are the caller's, who tells with
  // end_give() which object now is the first: usually the one behind them, or end_of_list where a
  // double free has cut the list short. That returns how many objects were lost by it.
  Chain begin_give(unsigned list, std::int32_t count) {
    account(list).length -= count;
    return {lists_[list].head, static_cast<std::uint32_t>(count)};
  }
  std::uint32_t end_give(unsigned list, FreeObject* first);
  // The same for all of them.
  Chain give_all(unsigned list) {
    const Chain chain = begin_give(list, account(list).length);
    lists_[list].head = &end_of_list;
    return chain;
  }

  // The first object is its own successor, because it was freed twice in a row: makes it the last
  // one of the list, and returns how many were lost behind it.
  std::uint32_t cut_behind_first(unsigned list);

  // --- Limits. Of a list that was just counted. ---

  // Always, while it is on trial.
  bool is_too_long(unsigned list) const { return account(list).length > account(list).limit; }
  // Whether the list has hardly any objects for now.
  bool is_on_trial(unsigned list) const { return account(list).limit == ListAccount::kOnTrial; }
  std::int32_t length(unsigned list) const { return account(list).length; }
  std::int32_t first_limit(unsigned list) const { return account(list).first_limit; }

  // Of a list that is too long: 0 if it may keep what it has, because there was room for a longer
  // limit; else how many objects it must give.
  std::int32_t lengthen(ObjectHeap& heap, unsigned list);
  // The list needs no more than `needed` objects: returns how many it gives, at most `most`, and
  // takes the limit back as far as that goes.
  std::int32_t shorten(ObjectHeap& heap, unsigned list, std::int32_t needed, std::int32_t most);
  // Takes back the limits of all long lists. Others may have what was granted to them.
  void forget_limits(ObjectHeap& heap);

  bool has_long() const { return long_ != decltype(long_){}; }
  // Calls visit(list) for each list that may be longer than at first. It may shorten that list.
  template <typename Visit>
  void for_each_long(Visit visit) const {
    for (std::size_t i = 0; i < long_.size(); ++i) {
      for (std::uint64_t left = long_[i]; left != 0; left &= left - 1) {
        visit(static_cast<unsigned>(i * 64 + static_cast<unsigned>(std::countr_zero(left))));
      }
    }
  }

  // --- Looking for lists that are not used: once in many counts, and seldom enough. ---

  // A list was counted because of frees. Whether it is worth reading the clock.
  bool note_overflow() { return ++overflows_ >= policy::kCountsPerLook; }
  bool is_look_due() const { return overflows_ >= policy::kCountsPerLook; }
  void put_off_look() { overflows_ = 0; }

  // Reads the clock, if there is anything to look for. Nothing: it is too early.
  std::optional<std::uint64_t> begin_look(os::Os& os, std::uint64_t delay);
  // How many objects a list needs: as many as were allocated from it since the last look, and no
  // fewer than it may have at first. Nothing: it used all that it may have.
  std::optional<std::int32_t> needed(unsigned list) const;
  // All long lists were looked at. `now` is what begin_look() returned.
  void end_look(std::uint64_t now, std::uint64_t delay);

 private:
  ListAccount& account(unsigned list) { return classes_[list].list; }
  const ListAccount& account(unsigned list) const { return classes_[list].list; }
  void count_objects(unsigned list);
  void count_anew(const ObjectHeap& heap, unsigned list);
  void set_first_limit(const ObjectHeap& heap, unsigned list);
  void set_limit(ObjectHeap& heap, unsigned list, std::int32_t limit);
  // Objects that were ever taken from the list; the lower half of the number.
  std::uint32_t allocated_count(unsigned list) const {
    return static_cast<std::uint32_t>(classes_[list].allocated) +
           static_cast<std::uint32_t>(lists_[list].allocated.get());
  }

  // First: page records know where in a cache the list of a class is.
  std::array<FreeList, kLists> lists_{};
  BySpanClass<ClassCache> classes_;
  std::array<std::uint64_t, (kMaxSpanClasses + 63) / 64> long_{};  // a bit for each such list
  std::uint64_t next_look_ = 0;  // no look before this time, in nanoseconds
  unsigned overflows_ = 0;       // since lists were looked at
};

// It will be counted again when it may be too long; but not before there were as many frees as it
// may have objects at first, or some more where that is few and there are few caches: seldom, if it
// is emptied as fast as it is filled. On trial it is counted with every free.
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
