// Spans as long as several arenas, in a sparing heap on the system that this program runs on.
#include <gtest/gtest.h>

#include "os/os.h"
#include "src/pages/stand_ins.h"
#include "tests/pages/huge_spans_model.h"

namespace Atoll::pages {
namespace {

TEST(HugeSpans, DoAsTheirModelDoes) {
  // Few enough for a machine with a GiB.
  constexpr std::uint64_t kArenas = 8;
  for (const bool is_bounded : {false, true}) {
    TestHeap test(os::native(), port::native_spec(),
                  {.is_sparing = true, .is_bounded = is_bounded});
    ASSERT_TRUE(test.is_made);
    HugeSpansModel model(test, 1, kArenas);
    ASSERT_TRUE(model.allocate((kArenas - 2) * test.platform.spec.pages_per_arena));
    model.run(60);
    EXPECT_GT(model.stand_ins(), 1);
    model.free_all();
  }
}

// Tests stand-ins on their own, without a map.
TEST(StandIns, AreAsManyAsAreInUseAtOnce) {
  const Platform platform{os::native(), os::native().probe(), port::native_spec()};
  MemoryCounters counters;
  PersistentAlloc memory;
  memory.init(platform, counters);
  StandIns stand_ins;
  constexpr std::uint64_t kPages = 64;
  stand_ins.init(memory, kPages);
  EXPECT_FALSE(stand_ins.exist());
  ASSERT_TRUE(stand_ins.begin());
  EXPECT_TRUE(stand_ins.exist());
  for (const std::uint64_t bits :
       {std::uint64_t{0}, Arena::kReady, Arena::kDirty, Arena::kReady | Arena::kDirty}) {
    const Arena* const arena = stand_ins.of_free(bits);
    EXPECT_TRUE(arena->stands_in());
    EXPECT_EQ(arena->common_bits(), bits);
    for (std::uint64_t i = 0; i < kPages; ++i) {
      EXPECT_EQ(arena->spans[i].load(), nullptr);
      EXPECT_TRUE(arena->records()[i].load().is_empty());
    }
  }
  Span first;
  Span second;
  ASSERT_TRUE(stand_ins.stock());
  Arena* const of_first = stand_ins.take(&first);
  ASSERT_TRUE(stand_ins.stock());
  Arena* const of_second = stand_ins.take(&second);
  ASSERT_NE(of_first, of_second);
  const std::uint64_t bytes = counters.get(MemoryKind::kGc);
  const auto expect = [](const Arena* arena, const Span* span) {
    EXPECT_EQ(arena->common_bits(), Arena::kReady | Arena::kDirty);
    for (std::uint64_t i = 0; i < kPages; ++i) {
      EXPECT_EQ(arena->spans[i].load(), span);
      EXPECT_TRUE(arena->records()[i].load().is_empty());
    }
  };
  for (int i = 0; i < 100; ++i) {
    stand_ins.give_back(of_first);
    ASSERT_TRUE(stand_ins.stock());
    EXPECT_EQ(stand_ins.take(&first), of_first);
  }
  expect(of_first, &first);
  expect(of_second, &second);
  EXPECT_EQ(counters.get(MemoryKind::kGc), bytes);
  stand_ins.clear();
  EXPECT_FALSE(stand_ins.exist());
  memory.release_all();
}

}  // namespace
}  // namespace Atoll::pages
