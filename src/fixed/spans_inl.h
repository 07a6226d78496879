// How the spans of a BasicFixedHeap change: its bits and its records of free spans, which must
// agree. Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

// 0: a span in use begins with page `i`.
template <class Options>
size_t BasicFixedHeap<Options>::free_length(size_t i) const {
  return is_free(i) ? spans_.length(i) : 0;
}

// Page `i` is a span's first.
template <class Options>
bool BasicFixedHeap<Options>::is_free(size_t i) const {
  return bits().is_set(i + 1);
}

template <class Options>
size_t BasicFixedHeap<Options>::span_length(size_t i) const {
  return is_free(i) ? spans_.length(i) : bits().distance(i);
}

// 0: no block in use begins with page `i`. Else `before` are the pages that are free before it.
template <class Options>
size_t BasicFixedHeap<Options>::used_length(size_t i, size_t* before) const {
  const PageBits marks = bits();
  // Neither inside of a span, nor the first page of a free one, nor the last one.
  const size_t n = marks.length_in_use(i);
  if (n == 0) return 0;
  *before = 0;
  if (marks.is_set(i - 1)) {
    *before = spans_.length_before(i - 1);
    // The second one.
    if (*before == 0) return 0;
  }
  return this->holds(i, n) ? 0 : n;
}

// The free span `i`, off the lists and longer than a page, becomes one in use of `n` pages. The
// rest stays free.
template <class Options>
void* BasicFixedHeap<Options>::begin(size_t i, size_t n) {
  PageBits marks = bits();
  const size_t length = spans_.length(i);
  marks.clear(i + 1);
  if (length == n) {
    marks.clear(i + n - 1);
  } else {
    // The mark of its end is there already; and if that is its beginning too, so is the next one.
    marks.set_two(i + n);
    spans_.add(i + n, length - n);
  }
  return spans_.address(i);
}

// The first `n` pages of the free span `i` are used together with what is before it: the span that
// begins at `second` loses its beginning.
template <class Options>
void BasicFixedHeap<Options>::annex(size_t i, size_t n, size_t second) {
  PageBits marks = bits();
  const size_t length = spans_.length(i);
  spans_.remove(i);
  if (length > 1) {
    marks.clear(i + 1);
    marks.clear(i + length - 1);
  }
  marks.clear(second);
  if (length != n) cut(i + n, length - n);
}

// Pages [i, i + n), which have the mark of a beginning and no other, become free with what is free
// around them: `before` pages before them.
template <class Options>
void BasicFixedHeap<Options>::give(size_t i, size_t n, size_t before) {
  PageBits marks = bits();
  const size_t behind = i + n;
  const size_t more = free_length(behind);
  // Of each neighbour the marks go that are no longer at an end. A mark that is the second and the
  // last one, or the first as well, stays.
  if (more != 0) {
    if (more > 2) {
      marks.clear_two(behind);
    } else if (more == 2) {
      marks.clear(behind);
    }
    spans_.remove(behind);
    n += more;
  }
  if (before == 0) {
    marks.set(i + 1);
  } else {
    if (before > 2) {
      marks.clear_two(i - 1);
    } else if (before == 2) {
      marks.clear(i);
    }
    i -= before;
    n += before;
    spans_.remove(i);
  }
  // Last of all: of a single page, that mark may have been another's that went.
  if (more == 0) marks.set(behind - 1);
  spans_.add(i, n);
}

// Pages [i, i + n), the rest of a span in use, become free.
template <class Options>
void BasicFixedHeap<Options>::cut(size_t i, size_t n) {
  bits().set(i);
  give(i, n, 0);
}

}  // namespace Atoll
