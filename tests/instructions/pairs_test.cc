// The cost of an allocation and its free in instructions, for every size class: figures that do not
// depend on the machine's load. They are upper bounds: a compiler may do better, but not worse.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <optional>

#include "src/heap/heap.h"
#include "tests/instructions/counter.h"
#include "tests/instructions/golden.h"

namespace Atoll::test {
namespace {

// So many that what happens once in a batch is in the figure.
constexpr int kPairs = 256;

struct Work {
  Heap* heap;
  std::size_t size;
};

[[gnu::noinline]] void run_pairs(Heap& heap, std::size_t size) {
  for (int i = 0; i < kPairs; ++i) heap.free(heap.allocate(size));
}

// The loop alone.
[[gnu::noinline]] void run_nothing() {
  for (int i = 0; i < kPairs; ++i) asm volatile("" ::: "memory");
}

TEST(Instructions, OfAPairAreThoseOnRecord) {
  static Heap heap;
  HeapOptions options;
  options.objects.tiny = false;  // so that 8 bytes are a size class too
  const Line why = heap.init(os::native(), options);
  ASSERT_EQ(why.view(), "");
  const std::optional<std::uint64_t> loop =
      count_instructions([](void*) { run_nothing(); }, nullptr);
  ASSERT_TRUE(loop.has_value()) << "processes cannot be stepped here";

  const port::SizeClassTable& classes = port::size_classes(heap.platform().spec.release);
  ASSERT_EQ(classes.count, kGoldenPairs.size() + 1);
  for (unsigned i = 1; i < classes.count; ++i) {
    Work work{&heap, classes.classes[i].size};
    // The first pairs fill the lists.
    run_pairs(heap, work.size);
    const std::optional<std::uint64_t> count = count_instructions(
        [](void* p) {
          const Work& todo = *static_cast<Work*>(p);
          run_pairs(*todo.heap, todo.size);
        },
        &work);
    ASSERT_TRUE(count.has_value());
    const double pair = static_cast<double>(*count - *loop) / kPairs;
    std::printf("    {%u, %.1f},\n", classes.classes[i].size, pair);
    EXPECT_EQ(kGoldenPairs[i - 1].size, classes.classes[i].size);
    EXPECT_LE(pair, kGoldenPairs[i - 1].instructions + 0.05) << classes.classes[i].size << " bytes";
    if (work.size == 16) {
      EXPECT_LE(pair, kMostForPairOf16);
    }
  }
}

}  // namespace
}  // namespace Atoll::test
