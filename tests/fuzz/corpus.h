// The inputs that a replay test has: a file of tests/fuzz/corpus, compiled in, because not every
// target has files.
#pragma once

#include <cstddef>

namespace Atoll::test {

// Each is a string of hexadecimal digits, two for a byte.
extern const char* const kCorpus[];
extern const std::size_t kCorpusSize;

}  // namespace Atoll::test
