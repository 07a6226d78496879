// The cost of malloc() and free() for a program that has them from the preloaded library. The
// figures include the loop around them, and the tables through which calls reach another library.
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

// A block that grows by one byte, and shrinks again, in its place. The first call finds that place.
[[gnu::noinline]] void run_reallocs(std::size_t size) {
  static void* p = nullptr;
  for (std::size_t i = 0; i < kPairs; ++i) {
    p = std::realloc(p, size - i % 2);
    asm volatile("" : : "r"(p) : "memory");
  }
}

// Whether `run` takes no more instructions for each of its kPairs than are on record.
bool is_as_golden(const GoldenPair& golden, void (*run)(std::size_t)) {
  struct Work {
    void (*run)(std::size_t);
    std::size_t size;
  } work{run, golden.size};
  // The first pairs fill the lists.
  run(work.size);
  const std::optional<std::uint64_t> count = count_instructions(
      [](void* p) {
        const Work& todo = *static_cast<Work*>(p);
        todo.run(todo.size);
      },
      &work);
  if (!count) {
    std::fprintf(stderr, "processes cannot be stepped here\n");
    return false;
  }
  const double pair = static_cast<double>(*count) / kPairs;
  std::printf("    {%u, %.1f},\n", golden.size, pair);
  if (golden.size == 16 && pair > kMostForPairOf16) {
    std::fprintf(stderr, "more than %.0f for 16 bytes\n", kMostForPairOf16);
    return false;
  }
  if (pair <= golden.instructions + 0.05) return true;
  std::fprintf(stderr, "%u bytes: %.1f, but %.1f are on record\n", golden.size, pair,
               golden.instructions);
  return false;
}

int check() {
  bool is_good = true;
  for (const GoldenPair& golden : kGoldenPreloaded) is_good &= is_as_golden(golden, &run_pairs);
  std::printf("reallocated:\n");
  for (const GoldenPair& golden : kGoldenReallocated) {
    is_good &= is_as_golden(golden, &run_reallocs);
  }
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace Atoll::test

int main() { return Atoll::test::check(); }
