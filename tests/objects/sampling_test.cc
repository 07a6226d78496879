#include "src/objects/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace Atoll::objects {
namespace {

using port::Goos;
using port::Release;

constexpr std::uint64_t kDefaultRate = 524288;
constexpr std::uint64_t kMaxMean = 0x7000000;

TEST(FastLog2, IsExactForPowersOfTwo) {
  for (unsigned i = 0; i < 32; ++i) {
    EXPECT_EQ(fast_log2(std::uint32_t{1} << i), std::uint64_t{i} << kLog2FractionBits);
  }
}

TEST(FastLog2, IsNeverMoreThanTheTruthAndHardlyLess) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    const auto n = static_cast<std::uint32_t>(random.next() >> (32 + random.next() % 32)) | 1;
    const double truth = std::log2(static_cast<double>(n));
    const double result = std::ldexp(static_cast<double>(fast_log2(n)), -int{kLog2FractionBits});
    EXPECT_LE(result, truth + 1e-12) << n;
    EXPECT_LT(truth - result, std::ldexp(1.0, -21)) << n;
    EXPECT_LE(truth - result, 1e-6 * truth + 1e-12) << n;
  }
}

TEST(FastLog2, Ascends) {
  std::uint64_t last = 0;
  for (std::uint32_t n = 1; n < 5000; ++n) {
    const std::uint64_t log2 = fast_log2(n);
    EXPECT_TRUE(n == 1 || log2 > last) << n;
    last = log2;
  }
}

TEST(SamplingRandom, EveryStateIsGoodAndSeedsDiffer) {
  Random zero;
  Random one{1};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(zero.next());
    seen.insert(one.next());
  }
  EXPECT_EQ(seen.size(), 2000U);
}

TEST(FastExpRand, TheMeanIsTheOneAskedFor) {
  for (const std::uint64_t mean : {std::uint64_t{1000}, kDefaultRate, kMaxMean}) {
    Random random;
    constexpr int kCount = 40000;
    double sum = 0;
    for (int i = 0; i < kCount; ++i) sum += fast_exp_rand(mean, random);
    // The standard deviation of a mean of 40000 samples is half a percent.
    EXPECT_NEAR(sum / kCount / static_cast<double>(mean), 1.0, 0.02);
  }
}

TEST(FastExpRand, DistancesAreExponential) {
  Random random;
  constexpr int kCount = 40000;
  for (const double factor : {0.1, 0.5, 1.0, 2.0, 4.0}) {
    int more = 0;
    for (int i = 0; i < kCount; ++i) {
      more += fast_exp_rand(kDefaultRate, random) > factor * kDefaultRate ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(more) / kCount, std::exp(-factor), 0.012) << factor;
  }
}

TEST(FastExpRand, AHugeMeanIsLimitedAndZeroStaysZero) {
  Random one{5};
  Random other{5};
  Random third{5};
  for (int i = 0; i < 1000; ++i) {
    const std::int32_t limited = fast_exp_rand(kMaxMean, one);
    EXPECT_GE(limited, 1);
    EXPECT_EQ(fast_exp_rand(kMaxMean + 1, other), limited);
    EXPECT_EQ(fast_exp_rand(~std::uint64_t{0}, third), limited);
    EXPECT_EQ(fast_exp_rand(0, one), 0);
  }
}

// A generator whose next number is `result`, to reach both ends of the distribution.
Random that_yields(std::uint64_t result) {
  const auto undo_shift = [](std::uint64_t bits, unsigned shift) {
    std::uint64_t undone = bits;
    for (unsigned done = shift; done < 64; done += shift) undone = bits ^ (undone >> shift);
    return undone;
  };
  const auto inverse = [](std::uint64_t odd) {
    std::uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
    return x;
  };
  std::uint64_t bits = undo_shift(result, 31) * inverse(0x94d049bb133111eb);
  bits = undo_shift(bits, 27) * inverse(0xbf58476d1ce4e5b9);
  bits = undo_shift(bits, 30);
  return Random{bits - 0x9e3779b97f4a7c15};
}

TEST(FastExpRand, BothEndsAreWithin31Bits) {
  Random most = that_yields(0);
  Random least = that_yields(~std::uint64_t{0});
  Random copy = most;
  ASSERT_EQ(copy.next(), 0U);
  EXPECT_EQ(fast_exp_rand(kMaxMean, least), 1);
  const double expected = 26 * std::log(2.0) * static_cast<double>(kMaxMean);
  const std::int32_t longest = fast_exp_rand(kMaxMean, most);
  EXPECT_NEAR(longest, expected, 4.0);
  EXPECT_GT(longest, 0);
}

TEST(NextSample, RateZeroNeverSamplesFrom124) {
  Random random;
  for (const Release release : port::kReleases) {
    const bool never = release >= Release::k1_24;
    EXPECT_EQ(next_sample(release, Goos::kLinux, 0, random),
              never ? std::numeric_limits<std::int64_t>::max() : 0);
    EXPECT_EQ(next_sample(release, Goos::kPlan9, 0, random, true),
              never ? std::numeric_limits<std::int64_t>::max() : 0);
  }
}

TEST(NextSample, RateOneSamplesEverythingFrom116) {
  Random random;
  for (const Release release : port::kReleases) {
    for (int i = 0; i < 100; ++i) {
      const std::int64_t distance = next_sample(release, Goos::kLinux, 1, random);
      if (release >= Release::k1_16) {
        EXPECT_EQ(distance, 0);
      } else {
        EXPECT_GE(distance, 1);
        EXPECT_LE(distance, 19);
      }
    }
  }
}

TEST(NextSample, OtherRatesAreExponentialOnEverySystem) {
  for (const Release release : port::kReleases) {
    for (const Goos goos : {Goos::kLinux, Goos::kPlan9}) {
      Random one{3};
      Random other{3};
      for (const std::uint64_t rate : {std::uint64_t{2}, kDefaultRate, ~std::uint64_t{0}}) {
        EXPECT_EQ(next_sample(release, goos, rate, one), fast_exp_rand(rate, other));
      }
    }
  }
}

TEST(NextSample, ANoteHandlerOfPlan9IsUniformUntil123) {
  for (const Release release : port::kReleases) {
    const bool uniform = release <= Release::k1_23;
    Random random;
    std::int64_t longest = 0;
    double sum = 0;
    constexpr int kCount = 20000;
    for (int i = 0; i < kCount; ++i) {
      const std::int64_t distance = next_sample(release, Goos::kPlan9, kDefaultRate, random, true);
      longest = std::max(longest, distance);
      sum += static_cast<double>(distance);
    }
    EXPECT_NEAR(sum / kCount / static_cast<double>(kDefaultRate), 1.0, 0.04);
    EXPECT_EQ(longest < static_cast<std::int64_t>(2 * kDefaultRate), uniform);

    Random one{3};
    Random other{3};
    EXPECT_EQ(next_sample(release, Goos::kLinux, kDefaultRate, one, true),
              fast_exp_rand(kDefaultRate, other))
        << "no other system has note handlers";
  }
}

TEST(NextSample, AHugeRateInANoteHandlerFitsInto31Bits) {
  Random random;
  std::int64_t longest = 0;
  for (int i = 0; i < 1000; ++i) {
    longest = std::max(longest, next_sample(Release::k1_11, Goos::kPlan9, ~std::uint64_t{0}, random,
                                            /*in_note_handler=*/true));
  }
  EXPECT_LT(longest, 0x7ffffffe);
  EXPECT_GT(longest, 0x70000000);
}

}  // namespace
}  // namespace Atoll::objects
