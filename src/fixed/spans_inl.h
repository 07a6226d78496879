// How spans of a BasicFixedHeap change, where the bits and the records of free spans must agree.
// Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

// Page `i` is the first one of a span.
template <class Options>
bool BasicFixedHeap<Options>::is_free(size_t i) const {
  return bits().is_set(i + 1);
}

// The length of the free span that begins with page `i`; 0: a span in use begins there.
template <class Options>
size_t BasicFixedHeap<Options>::free_length(size_t i) const {
  return is_free(i) ? this->length(i) : 0;
}

// The length of the free span before page `i`; 0: there is none.
template <class Options>
size_t BasicFixedHeap<Options>::free_length_before(size_t i) const {
  return bits().is_set(i - 1) ? this->length_before(i - 1) : 0;
}

template <class Options>
size_t BasicFixedHeap<Options>::span_length(size_t i) const {
  return is_free(i) ? this->length(i) : bits().distance(i);
}

// Whether a block in use begins with page `i`, and its length.
template <class Options>
bool BasicFixedHeap<Options>::is_block(size_t i, size_t* length) const {
  return bits().is_block(i, length) && !QuickLists::holds(this->address(i), i, *length);
}

// Of the free span `i`, which is on no list, `n` pages become a block: those at the end that is
// farther from the middle of all pages for blocks. So in the long run blocks lie outside, and free
// spans meet in the middle.
template <class Options>
void* BasicFixedHeap<Options>::begin(size_t i, size_t length, size_t n) {
  const size_t rest = length - n;
  if (rest != 0) {
    size_t free = i + n;
    // The bits before the pages take a 64th.
    if (i > (end_ + end_ / 64) / 2) {
      free = i;
      i += rest;
    }
    FreeSpans::add(free, rest);
  }
  bits().clear_block(i, n);
  return this->address(i);
}

// Pages [i, i + n), whose bits are set, become a free span, together with their free neighbours.
// They are followed by a free one if `is_free_behind` says so.
template <class Options>
void BasicFixedHeap<Options>::merge(PageBits marks, size_t i, size_t n, bool is_free_behind) {
  if (is_free_behind) {
    const size_t behind = i + n;
    n += this->length(behind);
    FreeSpans::remove(behind);
  }
  if (marks.is_set(i - 1)) {
    const size_t before = this->length_before(i - 1);
    i -= before;
    n += before;
    FreeSpans::remove(i);
  }
  FreeSpans::add(i, n);
}

// The block of pages [i, i + n) becomes free.
template <class Options>
void BasicFixedHeap<Options>::give(size_t i, size_t n) {
  PageBits marks = bits();
  merge(marks, i, n, marks.set_block(i, n));
}

}  // namespace Atoll
