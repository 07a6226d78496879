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
    for (size_t i = 1; i <= r->spans_.count(); i += r->span_length(i)) {
      if (r->is_free(i)) continue;
      function(context, r->spans_.address(i), r->span_length(i) * kPageSize - kOwnerSize);
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
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    result.sys += static_cast<size_t>(r->spans_.address(r->spans_.count() + 1) -
                                      reinterpret_cast<unsigned char*>(r));
    for (size_t i = 1; i <= r->spans_.count(); i += r->span_length(i)) {
      if (r->is_free(i)) {
        free_pages += r->span_length(i);
      } else {
        ++result.heap_objects;
      }
    }
    if (r->spans_.longest() > longest) longest = r->spans_.longest();
  }
  result.alloc = in_use_ * kPageSize - result.heap_objects * kOwnerSize;
  result.peak_alloc = peak_ * kPageSize;
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
  size_t in_use = 0;
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    const char* const wrong = r->check_region(&in_use);
    if (wrong != nullptr) return wrong;
  }
  if (in_use != in_use_) return "the pages in use are not as many as counted";
  return peak_ < in_use_ ? "more pages are in use than ever were" : nullptr;
}

template <class Options>
const char* BasicFixedHeap<Options>::check_region(size_t* in_use) {
  const PageBits marks = bits();
  const size_t end = spans_.count() + 1;
  if (marks.is_set(0)) return "page 0 is marked";
  if (!marks.is_set(end) || marks.is_set(end + 1)) return "the last page's end is not marked";
  size_t listed = 0;
  bool is_after_free = false;
  for (size_t i = 1; i != end;) {
    if (!marks.is_set(i)) return "a span's beginning is not marked";
    const size_t n = span_length(i);
    if (n == 0 || n > end - i) return "a span reaches beyond its buffer";
    if (is_free(i)) {
      if (is_after_free) return "free spans are neighbours";
      const char* const wrong = check_free(i, n);
      if (wrong != nullptr) return wrong;
      if (n >= FreeSpans::kShortest) ++listed;
    } else {
      *in_use += n;
    }
    is_after_free = is_free(i);
    i += n;
  }
  return spans_.size() == listed ? nullptr : "lists have other spans than the free ones";
}

template <class Options>
const char* BasicFixedHeap<Options>::check_free(size_t i, size_t n) {
  const PageBits marks = bits();
  if (!marks.is_set(i + n - 1)) return "a free span's end is not marked";
  if (n > 3 && marks.distance(i + 1) != n - 2) return "a page inside of a free span is marked";
  if (spans_.length_before(i + n - 1) != n) return "a free span's end has another length";
  if (n == 1) return nullptr;
  if (spans_.length_before(i) != 0) return "a free span's first page looks like a last one";
  if (n < FreeSpans::kShortest || spans_.holds(i)) return nullptr;
  return "a free span is not on its list";
}

}  // namespace Atoll
