// Random reallocs of large blocks against what they must hold, while parts of the blocks are given
// advice (madvise) and the process's address space is limited at random. What is wrong is told on
// standard error, and ends the process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace Atoll::test {

// The functions under test. They set errno as C's do.
struct ReallocFamily {
  void* (*realloc)(void* p, std::size_t size);
  void (*free)(void* p);
};

// The shortest input that crashed before Linux 6.17, where mremap() refuses to move several
// mappings when it has unmapped the place they should go to.
void grow_two_in_turn(const ReallocFamily& family);

// `count` reallocs by all threads together. Tells on standard output how many were refused for want
// of address space. Puts the limit back as far as it may.
void reallocate_at_random(const ReallocFamily& family, std::uint64_t seed, std::uint64_t count,
                          unsigned threads);

}  // namespace Atoll::test
