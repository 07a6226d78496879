// The numbers that turn an offset in a span into an object's index without a division.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "src/port/size_classes.h"

namespace Atoll::port {

// index = ((offset >> shift) * mul) >> shift2, in 64 bits, for every offset 0 to the span's size.
// From release 1.17 shift is 0 and shift2 is 32, and the sources store mul alone.
struct DivMagic {
  std::uint32_t mul = 0;
  // Up to release 1.16, for powers of two: offset & base_mask is where the object begins.
  std::uint16_t base_mask = 0;
  std::uint8_t shift = 0;
  std::uint8_t shift2 = 0;

  constexpr std::uint64_t index(std::uint64_t offset) const {
    return ((offset >> shift) * mul) >> shift2;
  }

  friend constexpr bool operator==(const DivMagic&, const DivMagic&) = default;
};

// By size class; class 0 is all zero.
using DivMagicTable = std::array<DivMagic, kMaxSizeClasses>;

namespace internal {

// Whether (n * mul) >> k is n / d for all n from 0 to max, where mul = ceil(2^k / d) and
// max >= d - 1.
//
// Let e = mul * d - 2^k, so 0 <= e < d, and n = q * d + r with r < d. Then n * mul / 2^k is
// q + (r + n * e / 2^k) / d, and the result is exact iff n * e < (d - r) * 2^k. Take the largest n
// with r = d - 1 and call it w: it needs w * e < 2^k. This is also enough. Smaller n of the same r
// need less. Any other n has r <= d - 2 and is at most w + 1 + r, so n * e < 2^k + (1 + r) * e; and
// (1 + r) * e <= (d - 1) * e <= w * e < 2^k, which makes n * e < 2 * 2^k <= (d - r) * 2^k.
constexpr bool is_exact(std::uint64_t d, unsigned k, std::uint64_t mul, std::uint64_t max) {
  const std::uint64_t e = mul * d - (std::uint64_t{1} << k);
  const std::uint64_t w = (max + 1) / d * d - 1;
  return w * e < std::uint64_t{1} << k;
}

// Releases 1.11 to 1.16: shift out the size's factors of two, then the least shift2 that is exact.
// Up to 1.12 offsets in the span are covered, from 1.13 also the offset one past its end.
constexpr DivMagic least_magic(const SizeClass& size_class, bool covers_end) {
  DivMagic magic;
  const auto shift = static_cast<unsigned>(std::countr_zero(size_class.size));
  const std::uint64_t d = size_class.size >> shift;
  const std::uint64_t last_offset = size_class.span_bytes() - (covers_end ? 0U : 1U);
  const std::uint64_t max = last_offset >> shift;

  unsigned k = 0;
  std::uint64_t mul = 1;
  while (!is_exact(d, k, mul, max)) {
    ++k;
    mul = ((std::uint64_t{1} << k) + d - 1) / d;
  }
  magic.shift = static_cast<std::uint8_t>(shift);
  magic.shift2 = static_cast<std::uint8_t>(k);
  magic.mul = static_cast<std::uint32_t>(mul);
  if (std::has_single_bit(size_class.size)) {
    magic.base_mask = static_cast<std::uint16_t>(65536 - size_class.size);
  }
  return magic;
}

// From release 1.17: one multiplication by ceil(2^32 / size).
constexpr DivMagic reciprocal_magic(const SizeClass& size_class) {
  return {.mul = 0xffff'ffff / size_class.size + 1, .base_mask = 0, .shift = 0, .shift2 = 32};
}

enum class DivMagicRule : std::uint8_t { kWithinSpan, kWithEnd, kReciprocal };

constexpr DivMagicTable make_div_magic(const SizeClassTable& table, DivMagicRule rule) {
  DivMagicTable result{};
  for (unsigned i = 1; i < table.count; ++i) {
    const SizeClass& size_class = table.classes[i];
    result[i] = rule == DivMagicRule::kReciprocal
                    ? reciprocal_magic(size_class)
                    : least_magic(size_class, rule == DivMagicRule::kWithEnd);
  }
  return result;
}

inline constexpr DivMagicTable kDivMagic1_11 =
    make_div_magic(kSizeClasses67, DivMagicRule::kWithinSpan);
inline constexpr DivMagicTable kDivMagic1_13 =
    make_div_magic(kSizeClasses67, DivMagicRule::kWithEnd);
inline constexpr DivMagicTable kDivMagic1_16 =
    make_div_magic(kSizeClasses68, DivMagicRule::kWithEnd);
inline constexpr DivMagicTable kDivMagic1_17 =
    make_div_magic(kSizeClasses68, DivMagicRule::kReciprocal);

}  // namespace internal

constexpr const DivMagicTable& div_magic(Release release) {
  if (release >= Release::k1_17) return internal::kDivMagic1_17;
  if (release >= Release::k1_16) return internal::kDivMagic1_16;
  if (release >= Release::k1_13) return internal::kDivMagic1_13;
  return internal::kDivMagic1_11;
}

}  // namespace Atoll::port
