// How BasicFixedHeap looks at all of its blocks: statistics, and the check. Only fixed_heap.h
// includes it.
#pragma once

namespace Atoll {

template <class Options>
void BasicFixedHeap<Options>::for_each_block(void (*function)(void* context, void* block,
                                                              size_t size),
                                             void* context) {
  const Entry entry;
  flush();
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    for (size_t i = r->first_page(); i != r->end_; i += r->span_length(i)) {
      if (r->is_free(i)) continue;
      function(context, r->address(i), r->span_length(i) * kPageSize - kOwnerSize);
    }
  }
}

// How many percent of `all` are `part`. (A division would call libgcc.)
inline unsigned percent_of(size_t part, size_t all) {
  while (all > static_cast<size_t>(-1) / 128) {
    all /= 2;
    part /= 2;
  }
  unsigned percent = 0;
  for (size_t sum = all; sum <= part * 100 && percent < 100; sum += all) ++percent;
  return percent;
}

template <class Options>
FixedStatistics BasicFixedHeap<Options>::statistics() {
  const Entry entry;
  flush();
  FixedStatistics result;
  result.sys = 0;
  result.heap_objects = 0;
  size_t longest = 0;
  size_t free_pages = 0;
  size_t in_use = 0;
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    result.sys += r->end_ * kPageSize;
    for (size_t i = r->first_page(); i != r->end_; i += r->span_length(i)) {
      if (r->is_free(i)) {
        free_pages += r->span_length(i);
      } else {
        in_use += r->span_length(i);
        ++result.heap_objects;
      }
    }
    if (r->longest() > longest) longest = r->longest();
  }
  result.alloc = in_use * kPageSize - result.heap_objects * kOwnerSize;
  result.peak_alloc = (in_use + below_peak_) * kPageSize;
  result.heap_idle = free_pages * kPageSize;
  result.largest_free = longest == 0 ? 0 : longest * kPageSize - kOwnerSize;
  result.failures = failures_;
  result.fragmentation = free_pages == 0 ? 0 : 100 - percent_of(longest, free_pages);
  return result;
}

template <class Options>
const char* BasicFixedHeap<Options>::check() {
  const Entry entry;
  flush();
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    const char* const wrong = r->check_region();
    if (wrong != nullptr) return wrong;
  }
  return nullptr;
}

template <class Options>
const char* BasicFixedHeap<Options>::check_region() {
  const PageBits marks = bits();
  size_t i = first_page();
  for (size_t k = 0; k != i; ++k) {
    if (marks.is_set(k)) return "a page of the heap's own is marked";
  }
  if (!marks.is_set(end_) || marks.is_set(end_ + 1)) return "the last page's end is not marked";
  size_t listed = 0;
  bool is_after_free = false;
  while (i != end_) {
    if (!marks.is_set(i)) return "a span's beginning is not marked";
    const size_t n = span_length(i);
    if (n == 0 || n > end_ - i) return "a span reaches beyond its buffer";
    if (is_free(i)) {
      if (is_after_free) return "free spans are neighbours";
      const char* const wrong = check_free(i, n);
      if (wrong != nullptr) return wrong;
      listed += FreeSpans::counted(n);
    }
    is_after_free = is_free(i);
    i += n;
  }
  return FreeSpans::size(end_) == listed ? nullptr : "lists have other spans than the free ones";
}

template <class Options>
const char* BasicFixedHeap<Options>::check_free(size_t i, size_t n) {
  for (size_t k = i; k != i + n; ++k) {
    if (!bits().is_set(k)) return "a free page is not marked";
  }
  if (this->length_before(i + n - 1) != n) return "a free span's end has another length";
  return FreeSpans::holds(i) ? nullptr : "a free span is not on its list";
}

}  // namespace Atoll
