#include "src/objects/sampling.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace Atoll::objects {
namespace {

// Random numbers from 1 to 2^26 stand for probabilities in units of 2^-26.
constexpr unsigned kProbabilityBits = 26;

constexpr std::uint64_t kMaxMean = 0x7000000;

constexpr std::uint64_t kLn2 = 0x58b90bfc;  // in units of 2^-31
constexpr unsigned kLn2FractionBits = 31;

// The highest rate that a note handler of plan9 uses, so that twice as much fits into 31 bits.
constexpr std::uint64_t kMaxUniformRate = 0x3fffffff;

[[gnu::cold]] std::int64_t uniform_sample(std::uint64_t rate, Random& random) {
  if (rate == 0) return 0;
  return static_cast<std::int64_t>(random.next() % (2 * std::min(rate, kMaxUniformRate)));
}

}  // namespace

// Splitmix64: a counter that steps by the golden ratio modulo 2^64, with its bits mixed.
std::uint64_t Random::next() {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t bits = state;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

// Squaring a number doubles its logarithm, so that the next binary digit moves before the point.
[[gnu::cold]] std::uint64_t fast_log2(std::uint32_t n) {
  const auto whole = static_cast<unsigned>(std::bit_width(n)) - 1;
  std::uint64_t result = whole;
  std::uint64_t x = std::uint64_t{n} << (31 - whole);  // 1 to 2, in units of 2^-31
  for (unsigned digit = 0; digit < kLog2FractionBits; ++digit) {
    x = x * x >> 31;
    const std::uint64_t bit = x >> 32;
    x >>= bit;
    result = result * 2 + bit;
  }
  return result;
}

// -ln(p) for a uniform p is exponentially distributed around 1.
[[gnu::cold]] std::int32_t fast_exp_rand(std::uint64_t mean, Random& random) {
  if (mean == 0) return 0;
  const auto probability = static_cast<std::uint32_t>(random.next() >> (64 - kProbabilityBits)) + 1;
  const std::uint64_t log2 =
      (std::uint64_t{kProbabilityBits} << kLog2FractionBits) - fast_log2(probability);
  const std::uint64_t ln = log2 * kLn2 >> kLn2FractionBits;
  const std::uint64_t distance = ln * std::min(mean, kMaxMean) >> kLog2FractionBits;
  return static_cast<std::int32_t>(distance) + 1;
}

[[gnu::cold]] std::int64_t next_sample(port::Release release, port::Goos goos, std::uint64_t rate,
                                       Random& random, bool in_note_handler) {
  if (release >= port::Release::k1_24 && rate == 0) {
    return std::numeric_limits<std::int64_t>::max();
  }
  if (release >= port::Release::k1_16 && rate == 1) return 0;
  if (in_note_handler && goos == port::Goos::kPlan9 && release < port::Release::k1_24) {
    return uniform_sample(rate, random);
  }
  return fast_exp_rand(rate, random);
}

}  // namespace Atoll::objects
