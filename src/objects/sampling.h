// How many bytes to allocate until the next sample of the heap profile.
//
// Distances are exponentially distributed, so that every byte is equally likely to be sampled,
// whatever the pattern of allocations. The code computes them with integers alone, so they are the
// same on every target, with or without floating point.
#pragma once

#include <cstdint>

#include "src/port/port.h"

namespace Atoll::objects {

// A plain generator of random numbers, not for secrets. Every state is valid, zero included; each
// thread's cache begins with a seed of its own.
struct Random {
  std::uint64_t state = 0;

  // Uniform over all values.
  std::uint64_t next();
};

// log2 of `n`, which must not be 0, in units of 2^-26, rounded down. The error is less than 2^-21,
// and the relative error less than 1e-6. The result is 0 for 1, and exact for powers of two.
inline constexpr unsigned kLog2FractionBits = 26;
std::uint64_t fast_log2(std::uint32_t n);

// Returns 1 or more, exponentially distributed around `mean`, and at most some 18 times `mean`. A
// mean above 0x7000000 counts as 0x7000000, so that the result fits into 31 bits. Returns 0 for 0.
std::int32_t fast_exp_rand(std::uint64_t mean, Random& random);

// Returns the bytes until the next sample, for a mean of `rate`, as nextSample of the release does.
//
// rate 0 means no samples: the result is INT64_MAX from release 1.24, and 0 before, where callers
// must check the rate first. rate 1 means every object: the result is 0 from release 1.16, and a
// small number before. Up to release 1.23 a note handler of plan9 may not use floating point, and
// gets a uniform distance below twice the rate.
std::int64_t next_sample(port::Release release, port::Goos goos, std::uint64_t rate, Random& random,
                         bool in_note_handler = false);

}  // namespace Atoll::objects
