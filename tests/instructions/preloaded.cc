// The cost of malloc() and its kin for a program that has them from the preloaded library. The
// figures include the loop around them, and the tables through which calls reach another library.
#include <malloc.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "tests/instructions/counter.h"
#include "tests/instructions/golden.h"

namespace Atoll::test {
namespace {

constexpr int kPairs = 256;
constexpr std::size_t kMostCleared = 1024;

// Nothing is known of `p`, so no call can be left out.
inline void use(void* p) { asm volatile("" : : "r"(p) : "memory"); }

[[gnu::noinline]] void run_pairs(std::size_t size) {
  for (int i = 0; i < kPairs; ++i) {
    void* const p = std::malloc(size);
    use(p);
    std::free(p);
  }
}

[[gnu::noinline]] void run_zeroed_pairs(std::size_t size) {
  for (int i = 0; i < kPairs; ++i) {
    void* const p = std::calloc(1, size);
    use(p);
    std::free(p);
  }
}

// The share of the clearing in that depends on the processor.
[[gnu::noinline]] void run_clearing(std::size_t size) {
  static char block[kMostCleared];
  for (int i = 0; i < kPairs; ++i) {
    std::memset(block, 0, size);
    use(block);
  }
}

template <std::size_t kAlignment>
[[gnu::noinline]] void run_aligned_pairs(std::size_t size) {
  for (int i = 0; i < kPairs; ++i) {
    void* const p = std::aligned_alloc(kAlignment, size);
    use(p);
    std::free(p);
  }
}

[[gnu::noinline]] void run_usable_sizes(std::size_t size) {
  static void* p = nullptr;
  p = std::realloc(p, size);
  for (int i = 0; i < kPairs; ++i) {
    if (malloc_usable_size(p) < size) std::abort();
  }
}

// A block that grows by one byte, and shrinks again, in its place. The first call finds that place.
[[gnu::noinline]] void run_reallocs(std::size_t size) {
  static void* p = nullptr;
  for (std::size_t i = 0; i < kPairs; ++i) {
    p = std::realloc(p, size - i % 2);
    use(p);
  }
}

// Instructions of `run` for each of its kPairs. Ends the program if it cannot count them.
double count(void (*run)(std::size_t), std::size_t size) {
  struct Work {
    void (*run)(std::size_t);
    std::size_t size;
  } work{run, size};
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
    std::exit(1);
  }
  return static_cast<double>(*count) / kPairs;
}

// Prints a line of the new table. Returns whether these are no more than the instructions on
// record.
bool is_as_golden(const GoldenPair& golden, double instructions) {
  std::printf("    {%u, %.1f},\n", golden.size, instructions);
  if (instructions <= golden.instructions + 0.05) return true;
  std::fprintf(stderr, "%u bytes: %.1f, but %.1f are on record\n", golden.size, instructions,
               golden.instructions);
  return false;
}

bool is_as_golden(const GoldenPair& golden, void (*run)(std::size_t)) {
  return is_as_golden(golden, count(run, golden.size));
}

// The same of what calloc() takes beyond malloc() and the clearing of the block.
bool is_as_golden_zeroed(const GoldenPair& golden) {
  const double zeroed = count(&run_zeroed_pairs, golden.size);
  const double pair = count(&run_pairs, golden.size);
  const double clearing = count(&run_clearing, golden.size);
  std::printf("    // %.1f - %.1f - %.1f\n", zeroed, pair, clearing);
  return is_as_golden(golden, zeroed - pair - clearing);
}

int check() {
  bool is_good = true;
  for (const GoldenPair& golden : kGoldenPreloaded) is_good &= is_as_golden(golden, &run_pairs);
  std::printf("large:\n");
  for (const GoldenPair& golden : kGoldenLarge) is_good &= is_as_golden(golden, &run_pairs);
  std::printf("reallocated:\n");
  for (const GoldenPair& golden : kGoldenReallocated) {
    is_good &= is_as_golden(golden, &run_reallocs);
  }
  std::printf("usable sizes:\n");
  for (const GoldenPair& golden : kGoldenUsableSizes) {
    is_good &= is_as_golden(golden, &run_usable_sizes);
  }
  std::printf("aligned:\n");
  is_good &= is_as_golden(kGoldenAligned[0], &run_aligned_pairs<16>);
  is_good &= is_as_golden(kGoldenAligned[1], &run_aligned_pairs<256>);
  is_good &= is_as_golden(kGoldenAligned[2], &run_aligned_pairs<4096>);
  std::printf("zeroed:\n");
  for (const GoldenPair& golden : kGoldenZeroed) is_good &= is_as_golden_zeroed(golden);
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace Atoll::test

int main() { return Atoll::test::check(); }
