// One bit for each page of a region: all that the fixed heap knows of a span in use.
//
//   in use   1 0 ... 0       two pages or more
//   free     1 1 0 ... 0 1   of three pages 111, of two 11, of one 1
//
// A span begins with a one, and what follows it does so too. So
//   - the length of a span in use is the distance to the next one;
//   - the page before a span is set exactly if the span before it is free;
//   - the page after a span's first is set exactly if the span is free (one of one page is followed
//     by the beginning of a span in use: free neighbours are merged at once).
// The page before the first, number 0, is clear, and behind the last one lies the beginning of a
// span in use that never ends: nobody has to ask for the edges.
#pragma once

#include <stddef.h>
#include <stdint.h>

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): C++11 has no other way.
namespace Atoll {
namespace fixed {

#ifndef ATOLL_FIXED_INLINE
#define ATOLL_FIXED_INLINE __attribute__((always_inline)) inline
#endif

// Processors without an instruction for it would call libgcc, which may not be there: a table of 32
// bytes and a multiplication instead.
#if !defined(ATOLL_FIXED_COUNT_TABLE)
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__) || \
    (defined(__riscv) && !defined(__riscv_zbb))
#define ATOLL_FIXED_COUNT_TABLE 1
#else
#define ATOLL_FIXED_COUNT_TABLE 0
#endif
#endif

// The number of zeroes below the lowest one; `word` is not 0.
ATOLL_FIXED_INLINE unsigned zeroes_below(uint32_t word) {
#if ATOLL_FIXED_COUNT_TABLE
  // Every five bits in a row of this number are different.
  static const unsigned char kPlace[32] = {0,  1,  28, 2,  29, 14, 24, 3,  30, 22, 20,
                                           15, 25, 17, 4,  8,  31, 27, 13, 23, 21, 19,
                                           16, 7,  26, 12, 18, 6,  11, 5,  10, 9};
  return kPlace[(word & (0U - word)) * 0x077cb531U >> 27];
#else
  return static_cast<unsigned>(__builtin_ctz(word));
#endif
}

class PageBits {
 public:
  // Words for the bits of pages 0 to `count`, and of three behind: the beginning of the span in use
  // that never ends, the bit after it, and a third since set_two() may touch one more. An even
  // number, so that what follows them is at a multiple of 8.
  static size_t words_for(size_t count) { return (count + 3) / 64 * 2 + 2; }

  ATOLL_FIXED_INLINE explicit PageBits(uint32_t* words) : words_(words) {}

  ATOLL_FIXED_INLINE bool is_set(size_t i) const { return (words_[i / 32] >> (i % 32) & 1) != 0; }
  // Bit `i` becomes the lowest; the others of the same word follow.
  ATOLL_FIXED_INLINE uint32_t from(size_t i) const { return words_[i / 32] >> (i % 32); }

  ATOLL_FIXED_INLINE void set(size_t i) { words_[i / 32] |= 1U << (i % 32); }
  ATOLL_FIXED_INLINE void clear(size_t i) { words_[i / 32] &= ~(1U << (i % 32)); }
  // Pages `i` and `i` + 1.
  ATOLL_FIXED_INLINE void set_two(size_t i) {
    uint32_t* const word = words_ + i / 32;
    word[0] |= 3U << (i % 32);
    if (is_last(i)) word[1] |= 1;
  }
  ATOLL_FIXED_INLINE void clear_two(size_t i) {
    uint32_t* const word = words_ + i / 32;
    word[0] &= ~(3U << (i % 32));
    if (is_last(i)) word[1] &= ~1U;
  }

  // How far the next one is from page `i`, which is set. O(distance / 32).
  ATOLL_FIXED_INLINE size_t distance(size_t i) const {
    const uint32_t word = from(i) >> 1;
    return word != 0 ? zeroes_below(word) + 1 : far_distance(i);
  }
  // The same; 0 if page `i` is not set, or the next page is.
  ATOLL_FIXED_INLINE size_t length_in_use(size_t i) const {
    const uint32_t word = from(i);
    if ((word & 3) != 1) return 0;
    if (word > 1) return zeroes_below(word >> 1) + 1;
    const size_t length = far_distance(i);
    return length == 1 ? 0 : length;
  }

 private:
  // In its word: expected to be rare, so that it becomes a branch.
  static ATOLL_FIXED_INLINE bool is_last(size_t i) {
    return __builtin_expect(i % 32 == 31, 0) != 0;
  }

  __attribute__((noinline)) size_t far_distance(size_t i) const {
    size_t k = i / 32 + 1;
    while (words_[k] == 0) ++k;
    return k * 32 + zeroes_below(words_[k]) - i;
  }

  uint32_t* words_;
};

}  // namespace fixed
}  // namespace Atoll
