// The compiler's own helpers that x86 and ARM of 32 bits and WebAssembly need: arithmetic wider
// than a register. Weak, for where a library of the compiler has them too; other processors need
// more of that library, and so does ARM that cannot divide or has no floating point.

#include <bit>
#include <cstdint>

namespace {

struct [[maybe_unused]] Division {
  std::uint64_t quotient;
  std::uint64_t remainder;
};

// By subtraction, bit by bit, where the numbers are wide.
[[maybe_unused]] Division divide(std::uint64_t number, std::uint64_t divisor) {
  if (divisor > number) return {0, number};
  if (number >> 32 == 0) {
    const auto n = static_cast<std::uint32_t>(number);
    const auto d = static_cast<std::uint32_t>(divisor);
    return {n / d, n % d};
  }
  std::uint64_t quotient = 0;
  for (int shift = std::countl_zero(divisor) - std::countl_zero(number); shift >= 0; --shift) {
    quotient <<= 1;
    if (divisor << shift > number) continue;
    number -= divisor << shift;
    quotient |= 1;
  }
  return {quotient, number};
}

[[maybe_unused]] std::uint64_t magnitude(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
}

[[maybe_unused]] std::int64_t with_sign(std::uint64_t value, bool is_negative) {
  return static_cast<std::int64_t>(is_negative ? 0 - value : value);
}

}  // namespace

extern "C" {

#if defined(__i386__)

[[gnu::weak]] std::uint64_t __udivdi3(std::uint64_t a, std::uint64_t b) {
  return divide(a, b).quotient;
}
[[gnu::weak]] std::uint64_t __umoddi3(std::uint64_t a, std::uint64_t b) {
  return divide(a, b).remainder;
}
[[gnu::weak]] std::int64_t __divdi3(std::int64_t a, std::int64_t b) {
  return with_sign(divide(magnitude(a), magnitude(b)).quotient, (a < 0) != (b < 0));
}
// As the number that is divided.
[[gnu::weak]] std::int64_t __moddi3(std::int64_t a, std::int64_t b) {
  return with_sign(divide(magnitude(a), magnitude(b)).remainder, a < 0);
}

#elif defined(__arm__) && defined(__ARM_FEATURE_IDIV) && defined(__ARM_FP)

// Always called with numbers in the ordinary registers.
#define ATOLL_BASE_CALL gnu::weak, gnu::pcs("aapcs")

static constexpr double kTwoTo32 = 4294967296.0;

[[ATOLL_BASE_CALL]] double __aeabi_ul2d(std::uint64_t value) {
  const double high = static_cast<std::uint32_t>(value >> 32);
  return high * kTwoTo32 + static_cast<std::uint32_t>(value);
}
[[ATOLL_BASE_CALL]] double __aeabi_l2d(std::int64_t value) {
  const double size = __aeabi_ul2d(magnitude(value));
  return value < 0 ? -size : size;
}
[[ATOLL_BASE_CALL]] std::uint64_t __aeabi_d2ulz(double value) {
  const auto high = static_cast<std::uint32_t>(value / kTwoTo32);
  const auto low = static_cast<std::uint32_t>(value - high * kTwoTo32);
  return std::uint64_t{high} << 32 | low;
}
[[ATOLL_BASE_CALL]] std::int64_t __aeabi_d2lz(double value) {
  return with_sign(__aeabi_d2ulz(value < 0 ? -value : value), value < 0);
}

// Both give the quotient in the first two registers and the remainder in the next two.
[[gnu::weak]] std::uint64_t atoll_divide(std::uint64_t a, std::uint64_t b,
                                         std::uint64_t* remainder) {
  const Division division = divide(a, b);
  *remainder = division.remainder;
  return division.quotient;
}
[[gnu::weak]] std::int64_t atoll_divide_signed(std::int64_t a, std::int64_t b,
                                               std::int64_t* remainder) {
  const Division division = divide(magnitude(a), magnitude(b));
  *remainder = with_sign(division.remainder, a < 0);
  return with_sign(division.quotient, (a < 0) != (b < 0));
}

#define ATOLL_DIVISION(name, function) \
  __asm(                               \
      "  .text\n"                      \
      "  .weak " name                  \
      "\n"                             \
      "  .type " name                  \
      ", %function\n"                  \
      "  .arm\n"                       \
      "  .p2align 2\n" name            \
      ":\n"                            \
      "  push {r4, lr}\n"              \
      "  sub sp, sp, #16\n"            \
      "  add r4, sp, #8\n"             \
      "  str r4, [sp]\n"               \
      "  bl " function                 \
      "\n"                             \
      "  ldr r2, [sp, #8]\n"           \
      "  ldr r3, [sp, #12]\n"          \
      "  add sp, sp, #16\n"            \
      "  pop {r4, pc}\n")

ATOLL_DIVISION("__aeabi_uldivmod", "atoll_divide");
ATOLL_DIVISION("__aeabi_ldivmod", "atoll_divide_signed");

#elif defined(__wasm__)

struct Parts {
  std::uint64_t low;
  std::uint64_t high;
};

[[gnu::weak]] __int128 __multi3(__int128 a, __int128 b) {
  const auto x = std::bit_cast<Parts>(a);
  const auto y = std::bit_cast<Parts>(b);
  const std::uint64_t x0 = x.low & UINT32_MAX;
  const std::uint64_t x1 = x.low >> 32;
  const std::uint64_t y0 = y.low & UINT32_MAX;
  const std::uint64_t y1 = y.low >> 32;
  const std::uint64_t first = x1 * y0 + (x0 * y0 >> 32);
  const std::uint64_t second = x0 * y1 + (first & UINT32_MAX);
  const std::uint64_t high = x1 * y1 + (first >> 32) + (second >> 32);
  return std::bit_cast<__int128>(Parts{x.low * y.low, high + x.low * y.high + x.high * y.low});
}

#endif

}  // extern "C"
