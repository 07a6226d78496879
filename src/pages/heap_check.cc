// The invariants of a page heap, which hold between any two calls.
#include <string_view>

#include "src/pages/page_heap.h"

namespace Atoll::pages {

// Looks at every span twice: by the table of spans, and by address.
class HeapCheck {
 public:
  explicit HeapCheck(PageHeap& heap) : heap_(heap) {}

  Line run() {
    if (!heap_.free_.is_sound()) {
      wrong("free spans are out of order", nullptr);
    } else if (table_is_right() && neighbours_are_right()) {
      (void)sums_are_right();
    }
    return line_;
  }

 private:
  struct Sums {
    std::uint64_t spans = 0;
    std::uint64_t in_use = 0;
    std::uint64_t objects = 0;  // in pages, like all below
    std::uint64_t stacks = 0;
    std::uint64_t idle = 0;
    std::uint64_t fresh = 0;
    std::uint64_t released = 0;
  };

  [[gnu::cold]] bool wrong(std::string_view what, const Span* span) {
    line_ << what;
    if (span != nullptr) line_ << " at " << span->base << ", " << span->npages << " pages";
    return false;
  }

  bool table_is_right() {
    for (std::uint64_t i = 0; i < heap_.table_.count(); ++i) {
      const Span* const span = heap_.table_[i];
      switch (span->state.load(std::memory_order_relaxed)) {
        case SpanState::kDead:
          if (span->stand_in != nullptr) return wrong("a dead span has a stand-in", span);
          continue;
        case SpanState::kFree:
          if (!free_span_is_right(span)) return false;
          by_table_.idle += span->npages;
          break;
        case SpanState::kInUse:
          if (!span_in_use_is_right(span)) return false;
          by_table_.objects += span->npages;
          break;
        case SpanState::kManual:
          if (!span_in_use_is_right(span)) return false;
          by_table_.stacks += span->npages;
          break;
        default:
          return wrong("a span is in no state", span);
      }
      ++by_table_.spans;
    }
    return true;
  }

  bool has_pages(const Span* span) const {
    return span->npages != 0 && span->base.is_aligned(port::kPageSize) &&
           heap_.map_.arena(span->base) != nullptr &&
           heap_.map_.arena(span->range().last()) != nullptr;
  }

  bool span_in_use_is_right(const Span* span) {
    if (!has_pages(span)) return wrong("a span has no pages", span);
    if (!heap_.map_.stand_ins_are_right(*span)) return wrong("a span has no records", span);
    ++by_table_.in_use;
    for (std::uint64_t i = 0; i < span->npages; ++i) {
      if (heap_.map_.span_of(span->base + i * port::kPageSize) != span) {
        return wrong("a page in use is not its span's", span);
      }
    }
    if (!heap_.bits_.next_run(false, span->range()).is_empty()) {
      return wrong("a page in use is not ready", span);
    }
    if (!heap_.map_.windows_agree(span->range())) return wrong("a window has an old record", span);
    if (heap_.bits_.count(span->range()).fresh != 0) return wrong("a page in use is clean", span);
    return true;
  }

  bool free_span_is_right(const Span* span) {
    if (!has_pages(span)) return wrong("a span has no pages", span);
    if (span->stand_in != nullptr || !heap_.map_.stand_ins_are_right(*span)) {
      return wrong("a free span has no records", span);
    }
    if (!heap_.free_.contains(span)) return wrong("a free span cannot be found", span);
    if (heap_.map_.span_of(span->base) != span ||
        heap_.map_.span_of(span->range().last()) != span) {
      return wrong("an end of a free span is not its own", span);
    }
    if (heap_.free_span_before(span->base) != nullptr ||
        heap_.free_span_at(span->range().end()) != nullptr) {
      return wrong("free neighbours are not merged", span);
    }
    bool records_are_clear = true;
    heap_.map_.for_each_arena(
        span->range(), [&](Arena& arena, std::uint64_t first, std::uint64_t count, Address) {
          for (std::uint64_t i = first; i < first + count; ++i) {
            if (!arena.records()[i].load(std::memory_order_relaxed).is_empty())
              records_are_clear = false;
          }
        });
    if (!records_are_clear || !heap_.map_.windows_agree(span->range())) {
      return wrong("a free page has a record", span);
    }
    if (!hardware_pages_are_whole(span->range())) {
      return wrong("a hardware page is ready in part", span);
    }
    const PageCounts counts = heap_.bits_.count(span->range());
    by_table_.fresh += counts.fresh;
    by_table_.released += counts.released;
    return true;
  }

  bool hardware_pages_are_whole(Range pages) const {
    const std::uint64_t unit = heap_.unit_;
    if (unit == port::kPageSize) return true;
    for (Address at = pages.base.aligned_down(unit); at < pages.end(); at = at + unit) {
      const Range run = heap_.bits_.next_run(true, {at, unit});
      if (!run.is_empty() && run.size != unit) return false;
    }
    return true;
  }

  // Follows the spans from each place where regions begin; they must have no gaps.
  bool neighbours_are_right() {
    using Region = ArenaSupply::Region;
    std::uint64_t spans = 0;
    std::uint64_t pages = 0;
    const Region* const regions = heap_.supply_.regions();
    for (const Region* region = regions; region != nullptr; region = region->next) {
      bool continues_another = false;
      for (const Region* other = regions; other != nullptr; other = other->next) {
        if (other->range.end() == region->range.base) continues_another = true;
      }
      if (continues_another && !heap_.supply_.keeps(region->range.base - 1)) continue;
      Address at = region->range.base;
      for (const Span* span = heap_.map_.span_of(at); span != nullptr;
           span = heap_.map_.span_of(at)) {
        const SpanState state = span->state.load(std::memory_order_relaxed);
        if (state == SpanState::kDead) return wrong("a span is dead", span);
        if (span->base != at) return wrong("spans overlap", span);
        ++spans;
        pages += span->npages;
        at = span->range().end();
      }
    }
    if (spans != by_table_.spans) return wrong("there are spans that cannot be found", nullptr);
    if (pages != heap_.mapped_pages_) return wrong("there are pages of no span", nullptr);
    return true;
  }

  bool sums_are_right() {
    const Sums& sums = by_table_;
    if (sums.objects != heap_.object_pages_ || sums.stacks != heap_.stack_pages_ ||
        sums.objects + sums.stacks + sums.idle != heap_.mapped_pages_) {
      return wrong("sums of pages are wrong", nullptr);
    }
    if (sums.fresh != heap_.fresh_pages_) return wrong("sum of fresh pages is wrong", nullptr);
    if (sums.released != heap_.released_pages_) {
      return wrong("sum of released pages is wrong", nullptr);
    }
    if (sums.in_use != heap_.spans_in_use_ ||
        sums.spans * heap_.spans_.record_size() != heap_.spans_.in_use_bytes()) {
      return wrong("sums of spans are wrong", nullptr);
    }
    return true;
  }

  PageHeap& heap_;
  Sums by_table_;
  Line line_;
};

[[gnu::cold]] Line PageHeap::check() {
  const LockGuard guard(lock_, platform_->os);
  return HeapCheck(*this).run();
}

}  // namespace Atoll::pages
