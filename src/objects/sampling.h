// How many bytes to allocate until the next sample of the heap profile.
//
// Distances are exponentially distributed, so that every byte has the same chance to be sampled,
// whatever the pattern of allocations. Computed with integers alone: the same on every target, also
// where there is no floating point.
#pragma once

#include <cstdint>

#include "src/port/port.h"

namespace Atoll::objects {

// Random numbers, not for secrets. Plain: every state is good, all zero as well; a thread's cache
// begins with a seed of its own.
struct Random {
  std::uint64_t state = 0;

  // Uniform over all values.
  std::uint64_t next();
};

// log2 of `n`, which is not 0, in units of 2^-26. Cut off, never rounded up; the error is less than
// 2^-21, a relative one of less than 1e-6. 0 for 1, and exact for powers of two.
inline constexpr unsigned kLog2FractionBits = 26;
std::uint64_t fast_log2(std::uint32_t n);

// 1 or more, exponentially distributed around `mean`, at most some 18 times as much. A mean above
// 0x7000000 counts as that, so that the result fits into 31 bits. 0 for 0.
std::int32_t fast_exp_rand(std::uint64_t mean, Random& random);

// Bytes until the next sample, for a mean of `rate`: nextSample of a release.
//
// rate 0 means no samples: INT64_MAX from release 1.24; 0 before, where callers must ask
// beforehand. rate 1 means every object: 0 from release 1.16, or else a small number. Up to
// release 1.23 a note handler of plan9 may not use floating point, and gets a uniform distance
// below twice the rate.
std::int64_t next_sample(port::Release release, port::Goos goos, std::uint64_t rate, Random& random,
                         bool in_note_handler = false);

}  // namespace Atoll::objects
