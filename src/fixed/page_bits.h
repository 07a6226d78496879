// One bit for each page of a buffer: all that a fixed heap records of a span in use.
//
//   in use   1 0 ... 0   two pages or more
//   free     1 1 ... 1
//
// So
//   - a block in use begins exactly where a bit is set and the next one is not;
//   - its length is the distance from there to the next bit that is set;
//   - the bit before a span's first is set exactly if the span before it is free;
//   - the bit after a span's first is set exactly if the span is free. (Behind a free span of one
//     page a span in use begins, because the heap merges free neighbours at once.)
// The bits of pages before the first one, which the heap itself takes, are clear. Behind the last
// page begins a span in use that never ends. So no code has to treat the first and the last span
// specially.
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

// How many binary digits the number has; it is not 0.
ATOLL_FIXED_INLINE unsigned digits_of(size_t n) {
#if ATOLL_FIXED_COUNT_TABLE
  unsigned digits = 0;
  for (; n != 0; n /= 2) ++digits;
  return digits;
#else
  return sizeof n == sizeof(unsigned)
             ? 32 - static_cast<unsigned>(__builtin_clz(static_cast<unsigned>(n)))
             : 64 - static_cast<unsigned>(__builtin_clzll(n));
#endif
}

class PageBits {
 public:
  // The number of words for pages [0, end), for the first two bits of the span in use that never
  // ends. It is even, so that the pages behind the words are at multiples of 8.
  static size_t words_for(size_t end) { return (end + 1) / 64 * 2 + 2; }

  ATOLL_FIXED_INLINE explicit PageBits(uint32_t* words) : words_(words) {
    // The compiler does not see where the address comes from. Otherwise it would compute it anew
    // for each access.
    __asm__("" : "+r"(words_));
  }

  ATOLL_FIXED_INLINE bool is_set(size_t i) const { return (words_[i / 32] >> (i % 32) & 1) != 0; }

  // Changes the bits of pages [i, end). O((end - i) / 32).
  __attribute__((noinline)) void flip(size_t i, size_t end) {
    uint32_t* word = words_ + i / 32;
    uint32_t mask = ~0U << (i % 32);
    for (uint32_t* const last = words_ + end / 32; word != last; ++word) {
      *word ^= mask;
      mask = ~0U;
    }
    *word ^= mask & ~(~0U << (end % 32));
  }

  // Makes a block of the free pages [i, i + n). This and the next function need `n` of 2 or more.
  ATOLL_FIXED_INLINE void clear_block(size_t i, size_t n) {
    const size_t k = i % 32;
    if (k + n < 32) {
      words_[i / 32] ^= ((1U << n) - 2) << k;
    } else {
      flip(i + 1, i + n);
    }
  }
  // Makes free pages of the block [i, i + n), and returns whether the span behind it is free.
  ATOLL_FIXED_INLINE bool set_block(size_t i, size_t n) {
    const size_t k = i % 32;
    const size_t end = k + n;
    if (end < 31) {
      const uint32_t word = words_[i / 32];
      words_[i / 32] = word ^ ((1U << n) - 2) << k;
      return (word >> end & 2) != 0;
    }
    flip(i + 1, i + n);
    return is_set(i + n + 1);
  }

  // The distance from page `i`, which is set, to the next page that is set. O(distance / 32).
  size_t distance(size_t i) const {
    const uint32_t behind = from(i) ^ 1;
    return behind != 0 ? zeroes_below(behind) : far_distance(i);
  }
  // Whether a block in use begins with page `i`, and its length. O(length / 32).
  ATOLL_FIXED_INLINE bool is_block(size_t i, size_t* length) const {
    const uint32_t behind = from(i) ^ 1;
    if ((behind & 3) != 0) return false;
    if (behind != 0) {
      *length = zeroes_below(behind);
      return true;
    }
    *length = far_distance(i);
    return *length != 1;
  }

 private:
  // Bit `i` as the lowest bit, and above it the bits that follow in the same word.
  ATOLL_FIXED_INLINE uint32_t from(size_t i) const { return words_[i / 32] >> (i % 32); }

  __attribute__((noinline)) size_t far_distance(size_t i) const {
    size_t k = i / 32 + 1;
    while (words_[k] == 0) ++k;
    return k * 32 + zeroes_below(words_[k]) - i;
  }

  uint32_t* words_;
};

}  // namespace fixed
}  // namespace Atoll
