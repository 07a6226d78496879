// One bit for each page of a buffer: all that a fixed heap records of a span in use.
//
//   in use   1 0 ... 0       two pages or more
//   free     1 1 0 ... 0 1   of three pages 111, of two 11, of one 1
//
// The bit of a span's first page is set, and the next span follows at once. So
//   - the length of a span in use is the distance from its first bit to the next bit that is set;
//   - the bit before a span's first is set exactly if the span before it is free;
//   - the bit after a span's first is set exactly if the span is free. (Behind a free span of one
//     page a span in use begins, because the heap merges free neighbours at once.)
// The bit of page 0, before the first page, is clear. Behind the last page begins a span in use
// that never ends. So no code has to treat the first and the last span specially.
#pragma once

#include <stddef.h>
#include <stdint.h>

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): C++11 has no other way.
namespace Atoll {
namespace fixed {

#ifndef ATOLL_FIXED_INLINE
#define ATOLL_FIXED_INLINE __attribute__((always_inline)) inline
#endif

// Where a processor has no instruction that counts zeroes, the compiler would call libgcc, which a
// program may not have. There a multiplication and a table of 32 bytes do the same.
#if !defined(ATOLL_FIXED_COUNT_TABLE)
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__) || \
    (defined(__riscv) && !defined(__riscv_zbb))
#define ATOLL_FIXED_COUNT_TABLE 1
#else
#define ATOLL_FIXED_COUNT_TABLE 0
#endif
#endif

// The number of zeroes below the lowest bit that is set; `word` is not 0.
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
  // The number of words for the bits of pages 0 to `count` and for three more bits: the first one
  // of the span in use that never ends, the one after it, and another that set_two() may touch. It
  // is even, so that the pages behind the words are at multiples of 8.
  static size_t words_for(size_t count) { return (count + 3) / 64 * 2 + 2; }

  ATOLL_FIXED_INLINE explicit PageBits(uint32_t* words) : words_(words) {}

  ATOLL_FIXED_INLINE bool is_set(size_t i) const { return (words_[i / 32] >> (i % 32) & 1) != 0; }
  // Bit `i` as the lowest bit, and above it the bits that follow in the same word.
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

  // The distance from page `i`, which is set, to the next page that is set. O(distance / 32).
  ATOLL_FIXED_INLINE size_t distance(size_t i) const {
    const uint32_t word = from(i) >> 1;
    return word != 0 ? zeroes_below(word) + 1 : far_distance(i);
  }
  // The same; 0 if page `i` is not set, or if page `i` + 1 is.
  ATOLL_FIXED_INLINE size_t length_in_use(size_t i) const {
    const uint32_t word = from(i);
    if ((word & 3) != 1) return 0;
    if (word > 1) return zeroes_below(word >> 1) + 1;
    const size_t length = far_distance(i);
    return length == 1 ? 0 : length;
  }

 private:
  // Whether bit `i` is the last one of its word. The compiler makes a branch of it, because it is
  // told that this is rare.
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
