// Tests a page heap against a simple model: intervals, and the contents that the test wrote.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <tuple>

#include "tests/pages/test_heap.h"

namespace Atoll::pages {

class PageHeapModel {
 public:
  // At most `most_pages` pages are in use at once.
  PageHeapModel(TestHeap& test, std::uint64_t seed, std::uint64_t most_pages)
      : test_(test), heap_(test.heap), random_(seed), most_pages_(most_pages) {}

  // Makes random calls. Stops at the first difference, which fails the running test.
  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      one_step();
      expect_sums();
      if (step % 8 == 0) {
        EXPECT_EQ(test_.check(), "");
      }
      if (::testing::Test::HasFailure()) return;
    }
  }

  void free_all() {
    while (!spans_.empty()) free(spans_.begin());
    expect_sums();
    EXPECT_EQ(test_.check(), "");
  }

  // If set, the system may fail, so null is no failure of the test.
  void may_fail(bool may) { may_fail_ = may; }

  bool allocate(std::uint64_t npages, PageUse use, std::uint64_t alignment) {
    const Span* const best = alignment <= port::kPageSize ? best_fit(npages) : nullptr;
    const std::uint64_t best_pages = best != nullptr ? best->npages : 0;
    const Address best_base = best != nullptr ? best->base : Address();
    const std::uint64_t mapped = heap_.statistics().mapped;

    Span* const span = heap_.allocate(npages, use, alignment);
    if (span == nullptr) {
      EXPECT_TRUE(may_fail_) << test_.why();
      EXPECT_NE(test_.why(), "");
      return false;
    }
    const bool is_stack = use == PageUse::kStacks;
    EXPECT_EQ(span->npages, npages);
    EXPECT_EQ(span->state.load(), is_stack ? SpanState::kManual : SpanState::kInUse);
    EXPECT_TRUE(span->base.is_aligned(std::max(alignment, port::kPageSize)));
    EXPECT_EQ(span->list, nullptr);
    if (best != nullptr) {
      EXPECT_EQ(heap_.statistics().mapped, mapped) << "it fits, so the heap need not grow";
      if (has_lists() && best_pages < FreeSpans::kListedPages) {
        EXPECT_EQ(pages_there(span), best_pages) << "not the best fit";
      } else {
        EXPECT_EQ(span->base, best_base) << "not the lowest of the best fits";
      }
    }
    const auto next = spans_.lower_bound(span->base);
    if (next != spans_.end()) {
      EXPECT_LE(span->range().end(), next->first) << "overlap";
    }
    if (next != spans_.begin()) {
      EXPECT_LE(std::prev(next)->second.span->range().end(), span->base) << "overlap";
    }
    expect_lookups(span);
    for (std::uint64_t i = 0; i < npages; ++i)
      EXPECT_TRUE(record(span->base + i * page()).is_empty());
    if (!span->needs_zero) expect_zero(span->range());
    const Entry entry{span, ++last_pattern_};
    spans_.emplace(span->base, entry);
    fill(entry, 0);
    return true;
  }

 private:
  struct Entry {
    Span* span = nullptr;
    std::uint64_t pattern = 0;
  };
  using Spans = std::map<Address, Entry>;

  static constexpr std::uint64_t page() { return port::kPageSize; }
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }
  bool has_lists() const { return test_.platform.spec.until(port::Release::k1_11); }

  void one_step() {
    const std::uint64_t action = pick(100);
    if (action < 45 && pages_in_use() < most_pages_) {
      (void)allocate(some_pages(), chance(4) ? PageUse::kStacks : PageUse::kObjects,
                     chance(6) ? page() << pick(8) : page());
    } else if (action < 80) {
      if (!spans_.empty()) free(some_span());
    } else if (action < 88) {
      if (!spans_.empty() && pages_in_use() < most_pages_) extend(some_span());
    } else if (action < 96) {
      if (!spans_.empty()) truncate(some_span());
    } else {
      scavenge();
    }
  }

  // Mostly a few, as in real programs.
  std::uint64_t some_pages() {
    if (chance(40)) return 1 + pick(most_pages_ / 4);
    if (chance(6)) return 1 + pick(200);
    return 1 + pick(8);
  }
  Spans::iterator some_span() {
    return std::next(spans_.begin(), static_cast<std::ptrdiff_t>(pick(spans_.size())));
  }
  std::uint64_t pages_in_use() const {
    std::uint64_t pages = 0;
    for (const auto& entry : spans_) pages += entry.second.span->npages;
    return pages;
  }

  // Finds the best fit by looking at every span. In a sparing heap it takes the span at the end
  // only if there is no other.
  const Span* best_fit(std::uint64_t npages) {
    const auto rank = [this](const Span* span) {
      const bool is_last = heap_.options().is_sparing && span->range().end() == heap_.end();
      return std::tuple(is_last, span->npages, span->base);
    };
    const Span* best = nullptr;
    for (std::uint64_t i = 0; i < heap_.span_count(); ++i) {
      const Span* const span = heap_.span(i);
      if (span->state.load() != SpanState::kFree || span->npages < npages) continue;
      if (best == nullptr || rank(span) < rank(best)) best = span;
    }
    return best;
  }

  const Span* free_behind(const Span* span) {
    const Span* const next = heap_.map().span_of(span->range().end());
    const bool is_free = next != nullptr && next->state.load() == SpanState::kFree;
    return is_free ? next : nullptr;
  }
  // The pages of the free span that `span` was just cut from.
  std::uint64_t pages_there(const Span* span) {
    const Span* const rest = free_behind(span);
    return span->npages + (rest != nullptr ? rest->npages : 0);
  }

  PageRecord record(Address address) {
    Arena* const arena = heap_.map().arena(address);
    return arena->records()[heap_.map().page_index(address)].load();
  }

  void expect_lookups(Span* span) {
    const bool has_objects = span->state.load() == SpanState::kInUse;
    const Address middle = span->base + span->bytes() / 2;
    for (const Address address : {span->base, middle, span->range().last()}) {
      EXPECT_EQ(heap_.map().span_of(address), span);
      EXPECT_EQ(heap_.map().object_span_of(address), has_objects ? span : nullptr);
    }
    EXPECT_NE(heap_.map().span_of(span->range().end()), span);
    EXPECT_NE(heap_.map().span_of(span->base - 1), span);
  }

  // Visits the first and last words of each half of the smallest hardware pages.
  template <typename Visit>
  void for_each_word(Range range, Visit visit) {
    for (std::uint64_t at = 0; at < range.size; at += 2048) {
      for (const std::uint64_t word : {at, at + 2040}) {
        visit(*test_.platform.pointer_to<volatile std::uint64_t>(range.base + word));
      }
    }
  }

  void expect_zero(Range range) {
    std::uint64_t any = 0;
    for_each_word(range, [&](const volatile std::uint64_t& word) { any |= word; });
    EXPECT_EQ(any, 0U) << "pages that are said to be zero are not";
  }

  // Fills from page `first` on.
  void fill(const Entry& entry, std::uint64_t first) {
    const Range all = entry.span->range();
    heap_.map().set_records(*entry.span, kRecord);
    for_each_word({all.base + first * page(), all.size - first * page()},
                  [&](volatile std::uint64_t& word) { word = entry.pattern; });
  }

  void expect_filled(const Entry& entry) {
    std::uint64_t wrong = 0;
    for_each_word(entry.span->range(), [&](const volatile std::uint64_t& word) {
      if (word != entry.pattern) ++wrong;
    });
    EXPECT_EQ(wrong, 0U) << "contents were lost";
    EXPECT_EQ(record(entry.span->base), kRecord);
    EXPECT_EQ(record(entry.span->range().last()), kRecord);
  }

  void free(Spans::iterator it) {
    expect_filled(it->second);
    Span* const span = it->second.span;
    const Range range = span->range();
    spans_.erase(it);
    heap_.free(span);
    for (const Address address : {range.base, range.last()}) {
      EXPECT_TRUE(record(address).is_empty());
      EXPECT_EQ(heap_.map().object_span_of(address), nullptr);
    }
  }

  void extend(Spans::iterator it) {
    Span* const span = it->second.span;
    const std::uint64_t before = span->npages;
    const std::uint64_t npages = before + 1 + pick(chance(8) ? 300 : 8);
    const Span* const behind = free_behind(span);
    const bool has_room = behind != nullptr && behind->npages >= npages - before;
    const bool needed_zero = span->needs_zero;
    if (!heap_.extend(span, npages)) {
      EXPECT_TRUE(may_fail_ || !has_room) << "there was room";
      EXPECT_EQ(span->npages, before);
      expect_filled(it->second);
      return;
    }
    EXPECT_EQ(span->npages, npages);
    EXPECT_EQ(span->base, it->first);
    EXPECT_TRUE(!needed_zero || span->needs_zero);
    expect_lookups(span);
    const auto next = std::next(it);
    if (next != spans_.end()) {
      EXPECT_LE(span->range().end(), next->first) << "overlap";
    }
    const Range added{span->base + before * page(), (npages - before) * page()};
    EXPECT_TRUE(record(added.base).is_empty());
    if (!span->needs_zero) expect_zero(added);
    fill(it->second, before);
    expect_filled(it->second);
  }

  void truncate(Spans::iterator it) {
    Span* const span = it->second.span;
    const std::uint64_t before = span->npages;
    if (before == 1) return;
    const std::uint64_t npages = 1 + pick(before - 1);
    const Range cut{span->base + npages * page(), (before - npages) * page()};
    const bool has_follower = free_behind(span) != nullptr;
    if (!heap_.truncate(span, npages)) {
      EXPECT_TRUE(may_fail_);
      EXPECT_FALSE(has_follower) << "no record is needed";
      EXPECT_EQ(span->npages, before);
      expect_lookups(span);
      return;
    }
    EXPECT_EQ(span->npages, npages);
    expect_lookups(span);
    expect_filled(it->second);
    EXPECT_TRUE(record(cut.base).is_empty());
    EXPECT_TRUE(record(cut.last()).is_empty());
    EXPECT_EQ(heap_.map().object_span_of(cut.base), nullptr);
  }

  void scavenge() {
    const PageStatistics before = heap_.statistics();
    const std::uint64_t wish = chance(2) ? pick(40) * page() : 0;
    const std::uint64_t done =
        wish != 0 ? heap_.scavenge_bytes(wish) : heap_.scavenge_older_than(0);
    const PageStatistics after = heap_.statistics();
    EXPECT_EQ(after.fresh, before.fresh);
    EXPECT_EQ(after.idle, before.idle);
    EXPECT_LE(after.released - before.released, done);
    const os::Machine& machine = test_.platform.machine;
    if (!machine.can_shrink) {
      EXPECT_EQ(done, 0U);
    } else if (machine.page_size <= page() && !may_fail_) {
      const std::uint64_t there = before.idle - before.fresh - before.released;
      EXPECT_EQ(after.released - before.released, done);
      if (wish == 0) {
        EXPECT_EQ(done, there);
      } else {
        EXPECT_GE(done, std::min(wish, there));
      }
    }
  }

  void expect_sums() {
    PageStatistics sums = heap_.statistics();
    EXPECT_EQ(sums.mapped, sums.objects + sums.stacks + sums.idle);
    EXPECT_LE(sums.fresh + sums.released, sums.idle);
    EXPECT_EQ(sums.spans_in_use, spans_.size());
    for (const auto& entry : spans_) {
      const Span* const span = entry.second.span;
      (span->state.load() == SpanState::kManual ? sums.stacks : sums.objects) -= span->bytes();
    }
    EXPECT_EQ(sums.objects, 0U);
    EXPECT_EQ(sums.stacks, 0U);
  }

  TestHeap& test_;
  PageHeap& heap_;
  std::mt19937_64 random_;
  std::uint64_t most_pages_;
  Spans spans_;
  std::uint64_t last_pattern_ = 0;
  bool may_fail_ = false;
};

}  // namespace Atoll::pages
