// Random reallocs of large blocks, whose contents are checked, while parts of the blocks get advice
// (madvise) and the process's address space is limited at random. An error is reported on standard
// error, and ends the process.
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

// `count` reallocs by all threads together. Writes to standard output how many failed for lack of
// address space. Restores the limit as far as it may.
void reallocate_at_random(const ReallocFamily& family, std::uint64_t seed, std::uint64_t count,
                          unsigned threads);

}  // namespace Atoll::test
