// How spans of a BasicFixedHeap change, where the bits and the records of free spans must agree.
// Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

// The length of the free span that begins with page `i`; 0: a span in use begins there.
template <class Options>
size_t BasicFixedHeap<Options>::free_length(size_t i) const {
  return is_free(i) ? spans_.length(i) : 0;
}

// Page `i` is the first one of a span.
template <class Options>
bool BasicFixedHeap<Options>::is_free(size_t i) const {
  return bits().is_set(i + 1);
}

template <class Options>
size_t BasicFixedHeap<Options>::span_length(size_t i) const {
  return is_free(i) ? spans_.length(i) : bits().distance(i);
}

// The length of the block in use that begins with page `i`, and in `before` the length of the free
// span before it, or 0. 0: no block in use begins there.
template <class Options>
size_t BasicFixedHeap<Options>::used_length(size_t i, size_t* before) const {
  const PageBits marks = bits();
  // 0 inside of a span, and at the first and the last page of a free one.
  const size_t n = marks.length_in_use(i);
  if (n == 0) return 0;
  *before = 0;
  if (marks.is_set(i - 1)) {
    *before = spans_.length_before(i - 1);
    // Page `i` is the second one of a free span.
    if (*before == 0) return 0;
  }
  return this->holds(i, n) ? 0 : n;
}

// The first `n` pages of the free span `i`, which is longer than a page and on no list, become a
// block. The rest stays free.
template <class Options>
void* BasicFixedHeap<Options>::begin(size_t i, size_t n) {
  PageBits marks = bits();
  const size_t length = spans_.length(i);
  marks.clear(i + 1);
  if (length == n) {
    marks.clear(i + n - 1);
  } else {
    // The rest's last mark is there already. If the rest is a single page, that is also its first
    // mark, and the second one set here is the beginning of the next span, which is set already.
    marks.set_two(i + n);
    spans_.add(i + n, length - n);
  }
  return spans_.address(i);
}

// The first `n` pages of the free span `i` join a block: the one before them, or the one behind
// them. `second` is where the later one of the two began; its mark goes.
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

// Pages [i, i + n), of which only the first has a mark, become free and are merged with their free
// neighbours. The one before them has `before` pages.
template <class Options>
void BasicFixedHeap<Options>::give(size_t i, size_t n, size_t before) {
  PageBits marks = bits();
  const size_t behind = i + n;
  const size_t more = free_length(behind);
  // The merged span keeps only the marks at its two ends. So each neighbour loses the marks at the
  // end that it had here, except those that are at its other end as well.
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
  // Only now, because where a single page becomes free, the code above may have cleared this mark.
  if (more == 0) marks.set(behind - 1);
  spans_.add(i, n);
}

// Pages [i, i + n), the end of a span in use, become free.
template <class Options>
void BasicFixedHeap<Options>::cut(size_t i, size_t n) {
  bits().set(i);
  give(i, n, 0);
}

}  // namespace Atoll
