// What malloc() and free() cost a program that has them from the preloaded library: the loop around
// them, and the tables by which calls reach another library, are in the figures.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "tests/instructions/counter.h"
#include "tests/instructions/golden.h"

namespace Atoll::test {
namespace {

constexpr int kPairs = 256;

[[gnu::noinline]] void run_pairs(std::size_t size) {
  for (int i = 0; i < kPairs; ++i) {
    void* const p = std::malloc(size);
    // Nothing is known of it, so neither call can be left out.
    asm volatile("" : : "r"(p) : "memory");
    std::free(p);
  }
}

int check() {
  int result = 0;
  for (const GoldenPair& golden : kGoldenPreloaded) {
    std::size_t size = golden.size;
    // The first pairs fill the lists.
    run_pairs(size);
    const std::optional<std::uint64_t> count =
        count_instructions([](void* p) { run_pairs(*static_cast<std::size_t*>(p)); }, &size);
    if (!count) {
      std::fprintf(stderr, "processes cannot be stepped here\n");
      return 1;
    }
    const double pair = static_cast<double>(*count) / kPairs;
    std::printf("    {%u, %.1f},\n", golden.size, pair);
    if (pair > golden.instructions + 0.05) {
      std::fprintf(stderr, "%u bytes: %.1f, but %.1f are on record\n", golden.size, pair,
                   golden.instructions);
      result = 1;
    }
    if (golden.size == 16 && pair > kMostForPairOf16) {
      std::fprintf(stderr, "more than %.0f for 16 bytes\n", kMostForPairOf16);
      result = 1;
    }
  }
  return result;
}

}  // namespace
}  // namespace Atoll::test

int main() { return Atoll::test::check(); }
