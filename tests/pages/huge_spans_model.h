// Tests a sparing heap against a model. Spans are as long as several arenas, and begin and end
// around the borders of arenas, most of which have stand-ins.
//
// The test writes little of their memory, so they cost only their metadata.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>

#include "tests/pages/test_heap.h"

namespace Atoll::pages {

class HugeSpansModel {
 public:
  // At most `most_arenas` arenas are in use at once.
  HugeSpansModel(TestHeap& test, std::uint64_t seed, std::uint64_t most_arenas)
      : test_(test), heap_(test.heap), random_(seed), most_pages_(most_arenas * per_arena()) {}

  // Makes random calls, and checks everything after each. Stops at the first failure.
  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      one_step();
      EXPECT_EQ(test_.check(), "");
      for (const auto& entry : spans_) expect_lookups(entry.second);
      if (::testing::Test::HasFailure()) return;
    }
  }

  void free_all() {
    while (!spans_.empty()) free(spans_.begin());
    EXPECT_EQ(test_.check(), "");
    EXPECT_EQ(heap_.statistics().objects, 0U);
  }

  // If set, the system may fail, so null is no failure of the test.
  void may_fail(bool may) { may_fail_ = may; }

  // How many spans have had a stand-in.
  int stand_ins() const { return stand_ins_; }

  bool allocate(std::uint64_t npages, std::uint64_t alignment = port::kPageSize) {
    Span* const span = heap_.allocate(npages, PageUse::kObjects, alignment);
    if (span == nullptr) {
      EXPECT_TRUE(may_fail_) << test_.why();
      return false;
    }
    EXPECT_EQ(span->npages, npages);
    EXPECT_TRUE(span->base.is_aligned(alignment));
    const auto next = spans_.lower_bound(span->base);
    if (next != spans_.end()) {
      EXPECT_LE(span->range().end(), next->first) << "overlap";
    }
    if (next != spans_.begin()) {
      EXPECT_LE(std::prev(next)->second.span->range().end(), span->base) << "overlap";
    }
    const Entry entry{span, ++last_pattern_, npages};
    for_each_mark(entry, 0, [&](std::uint64_t& word) {
      EXPECT_TRUE(span->needs_zero || word == 0) << "pages that are said to be zero are not";
      word = entry.pattern;
    });
    object_bits(span).store(static_cast<BitWord>(entry.pattern));
    // Only the records of shorter spans can tell anything.
    if (npages < per_arena()) heap_.map().set_records(*span, kRecord);
    spans_.emplace(span->base, entry);
    if (span->stand_in != nullptr) ++stand_ins_;
    return true;
  }

 private:
  struct Entry {
    Span* span = nullptr;
    std::uint64_t pattern = 0;
    std::uint64_t npages = 0;
  };
  using Spans = std::map<Address, Entry>;

  static constexpr std::uint64_t page() { return port::kPageSize; }
  std::uint64_t per_arena() const { return test_.platform.spec.pages_per_arena; }
  std::uint64_t arena_bytes() const { return per_arena() * page(); }
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }

  void one_step() {
    const std::uint64_t action = pick(100);
    if (action < 40) {
      const std::uint64_t npages = some_pages();
      if (pages_in_use() + npages > most_pages_) return;
      (void)allocate(npages, chance(4) && npages < per_arena() ? arena_bytes() : page());
    } else if (spans_.empty()) {
      return;
    } else if (action < 60) {
      free(some_span());
    } else if (action < 75) {
      extend(some_span());
    } else if (action < 92) {
      truncate(some_span());
    } else {
      (void)heap_.scavenge_bytes(chance(2) ? ~std::uint64_t{0} : pick(4) * arena_bytes());
    }
  }

  // A few pages, or a number of arenas and a few pages more or less.
  std::uint64_t some_pages() {
    if (chance(3)) return 1 + pick(8);
    const std::uint64_t arenas = 1 + pick(most_pages_ / per_arena() / 2 + 1);
    return chance(3) ? 1 + pick(arenas * per_arena()) : arenas * per_arena() + pick(3) - 1;
  }
  Spans::iterator some_span() {
    return std::next(spans_.begin(), static_cast<std::ptrdiff_t>(pick(spans_.size())));
  }
  std::uint64_t pages_in_use() const {
    std::uint64_t pages = 0;
    for (const auto& entry : spans_) pages += entry.second.npages;
    return pages;
  }

  std::atomic<BitWord>& object_bits(const Span* span) {
    const ArenaMap& map = heap_.map();
    return *map.arena(span->base)->alloc_bits_of(map.page_index(span->base));
  }

  // Visits a word of its first page, and of the first page in each arena, from page `first` on.
  template <typename Visit>
  void for_each_mark(const Entry& entry, std::uint64_t first, Visit visit) {
    const Address base = entry.span->base;
    const Address end = base + entry.npages * page();
    for (Address at = base; at < end; at = (at + 1).aligned_up(arena_bytes())) {
      if (at >= base + first * page()) visit(*test_.platform.pointer_to<std::uint64_t>(at));
    }
  }

  void expect_lookups(const Entry& entry) {
    Span* const span = entry.span;
    const ArenaMap& map = heap_.map();
    EXPECT_EQ(span->npages, entry.npages);
    ArenaCursor cursor(map);
    for (const Address address :
         {span->base, span->base + pick(span->bytes()), span->range().last()}) {
      EXPECT_EQ(map.object_span_of(address), span);
      EXPECT_EQ(cursor.object_span_of(address), span);
    }
    EXPECT_NE(map.object_span_of(span->range().end()), span);
    EXPECT_NE(map.object_span_of(span->base - 1), span);
    const PageRecord record = map.arena(span->base)->records()[map.page_index(span->base)].load();
    EXPECT_EQ(record, span->has_records ? kRecord : PageRecord());
    EXPECT_EQ(object_bits(span).load(), static_cast<BitWord>(entry.pattern));
    for_each_mark(entry, 0, [&](const std::uint64_t& word) {
      EXPECT_EQ(word, entry.pattern) << "contents were lost";
    });
  }

  void expect_nothing(Range pages) {
    for (const Address address : {pages.base, pages.base + pick(pages.size), pages.last()}) {
      EXPECT_EQ(heap_.map().object_span_of(address), nullptr);
      const Arena* const arena = heap_.map().arena(address);
      EXPECT_TRUE(arena->records()[heap_.map().page_index(address)].load().is_empty());
    }
  }

  void free(Spans::iterator it) {
    expect_lookups(it->second);
    Span* const span = it->second.span;
    const Range range = span->range();
    spans_.erase(it);
    heap_.free(span);
    expect_nothing(range);
  }

  void extend(Spans::iterator it) {
    Entry& entry = it->second;
    const std::uint64_t before = entry.npages;
    const std::uint64_t npages = before + some_pages();
    if (pages_in_use() + npages - before > most_pages_) return;
    if (!heap_.extend(entry.span, npages)) return;
    entry.npages = npages;
    for_each_mark(entry, before, [&](std::uint64_t& word) {
      EXPECT_TRUE(entry.span->needs_zero || word == 0) << "more pages, and not zero";
      word = entry.pattern;
    });
    if (entry.span->stand_in != nullptr) ++stand_ins_;
  }

  void truncate(Spans::iterator it) {
    Entry& entry = it->second;
    const std::uint64_t before = entry.npages;
    if (before == 1) return;
    std::uint64_t npages = 1 + pick(before - 1);
    if (before > per_arena() && chance(2)) {
      // Cuts at a border, or a page before or after it.
      const Address border = (entry.span->base + npages * page()).aligned_up(arena_bytes());
      const std::uint64_t to = (border - entry.span->base) / page() + pick(3) - 1;
      if (to > 0 && to < before) npages = to;
    }
    if (!heap_.truncate(entry.span, npages)) {
      EXPECT_TRUE(may_fail_);
      return;
    }
    entry.npages = npages;
    expect_nothing({entry.span->range().end(), (before - npages) * page()});
  }

  TestHeap& test_;
  PageHeap& heap_;
  std::mt19937_64 random_;
  std::uint64_t most_pages_;
  Spans spans_;
  std::uint64_t last_pattern_ = 0;
  int stand_ins_ = 0;
  bool may_fail_ = false;
};

}  // namespace Atoll::pages
