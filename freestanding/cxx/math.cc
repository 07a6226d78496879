// The functions of <cmath> that tests use, to within a few units of the last place: good for the
// bounds of statistics, not for comparing digits. Infinities and NaN go through.

#include <bit>
#include <cmath>
#include <cstdint>

namespace {

constexpr double kLn2 = 0.693147180559945309417232121458;
// Its first 32 bits, so that small multiples are exact, and the rest.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

constexpr int kMantissaBits = 52;
constexpr int kBias = 1022;

bool is_special(double x) { return !(x - x == 0); }

int exponent_bits(double x) {
  return static_cast<int>(std::bit_cast<std::uint64_t>(x) >> kMantissaBits) & 0x7ff;
}

// 2^n, for the exponents of normal numbers.
double power_of_two(int n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + kBias + 1) << kMantissaBits);
}

// ln((1 + s) / (1 - s)), for |s| below 0.18.
double log_of_ratio(double s) {
  const double square = s * s;
  double sum = 0;
  for (int n = 25; n >= 3; n -= 2) sum = (sum + 1.0 / n) * square;
  return 2 * (s + s * sum);
}

}  // namespace

extern "C" {

double fabs(double x) { return __builtin_fabs(x); }

double frexp(double x, int* exponent) {
  *exponent = 0;
  if (x == 0 || is_special(x)) return x;
  if (exponent_bits(x) == 0) {  // subnormal
    x *= power_of_two(54);
    *exponent = -54;
  }
  *exponent += exponent_bits(x) - kBias;
  const auto bits = std::bit_cast<std::uint64_t>(x) & ~(std::uint64_t{0x7ff} << kMantissaBits);
  return std::bit_cast<double>(bits | (std::uint64_t{kBias} << kMantissaBits));
}

double ldexp(double x, int n) {
  for (; n > 1000; n -= 1000) {
    if (x == 0 || is_special(x)) return x;
    x *= power_of_two(1000);
  }
  for (; n < -1000; n += 1000) {
    if (x == 0 || is_special(x)) return x;
    x *= power_of_two(-1000);
  }
  return x * power_of_two(n);
}

double scalbn(double x, int n) { return ldexp(x, n); }

double trunc(double x) {
  const int bits = exponent_bits(x) - kBias - 1;  // before the point, less one
  if (bits >= kMantissaBits) return x;
  const std::uint64_t all = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t sign = std::uint64_t{1} << 63;
  const std::uint64_t kept = bits < 0 ? sign : ~((std::uint64_t{1} << (kMantissaBits - bits)) - 1);
  return std::bit_cast<double>(all & kept);
}

double floor(double x) {
  const double whole = trunc(x);
  return whole > x ? whole - 1 : whole;
}

double ceil(double x) {
  const double whole = trunc(x);
  return whole < x ? whole + 1 : whole;
}

// Halves go away from zero.
double round(double x) {
  const double whole = trunc(x);
  const double rest = x - whole;
  if (rest >= 0.5) return whole + 1;
  return rest <= -0.5 ? whole - 1 : whole;
}

double log(double x) {
  if (x == 0) return -HUGE_VAL;
  if (x < 0 || is_special(x)) return x > 0 ? x : __builtin_nan("");
  int n = 0;
  double mantissa = frexp(x, &n);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --n;
  }
  const double rest = log_of_ratio((mantissa - 1) / (mantissa + 1));
  return n * kLn2High + (n * kLn2Low + rest);
}

double log2(double x) {
  if (!(x > 0) || is_special(x)) return log(x);
  int n = 0;
  double mantissa = frexp(x, &n);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --n;
  }
  return n + log_of_ratio((mantissa - 1) / (mantissa + 1)) / kLn2;
}

double exp(double x) {
  if (x != x) return x;
  if (x > 710) return HUGE_VAL;
  if (x < -746) return 0;
  const double n = round(x / kLn2);
  const double rest = (x - n * kLn2High) - n * kLn2Low;
  double sum = 1;
  for (int i = 16; i >= 1; --i) sum = 1 + sum * rest / i;
  return ldexp(sum, static_cast<int>(n));
}

}  // extern "C"
