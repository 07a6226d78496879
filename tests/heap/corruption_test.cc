// The heap reports bad frees, which have no effect.
#include <array>
#include <cstring>
#include <utility>

#include "tests/heap/fixture.h"

namespace Atoll::test {
namespace {

using Kinds = std::vector<CorruptionKind>;

HeapOptions checked() {
  HeapOptions options;
  options.objects.checked = true;
  return options;
}

class Checked : public HeapTest {
 protected:
  Checked() : HeapTest(checked()) {}

  void expect(CorruptionKind kind) { EXPECT_EQ(take_corruptions(), Kinds{kind}); }
};

TEST_F(Checked, FreeingTwice) {
  for (const std::size_t size : {16U, 100U, 8000U}) {
    void* const neighbour = heap_.allocate(size);
    void* const p = heap_.allocate(size);
    heap_.free(p);
    heap_.free(p);
    expect(CorruptionKind::kDoubleFree);
    EXPECT_NE(heap_.allocate(size), neighbour);
    EXPECT_EQ(text(heap_.check()), "");
  }
}

TEST_F(Checked, FreeingALargeObjectTwice) {
  void* const p = heap_.allocate(100'000);
  heap_.free(p);
  heap_.free(p);
  EXPECT_EQ(take_corruptions().size(), 1U);
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Checked, FreeingInsideOfAnObject) {
  for (const std::size_t size : {32U, 100U, 8000U, 100'000U}) {
    char* const p = static_cast<char*>(heap_.allocate(size));
    for (const std::size_t offset : {std::size_t{8}, size / 2, size - 1}) {
      heap_.free(p + offset);
      expect(CorruptionKind::kFreeInsideObject);
    }
    EXPECT_TRUE(holds(p)) << "the bad call is without effect";
    heap_.free(p);
  }
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Checked, FreeingWhatNeverWasTheHeaps) {
  int on_stack = 0;
  static int of_program = 0;
  Heap other;
  ASSERT_EQ(text(other.init(os::native())), "");
  for (void* const p : {static_cast<void*>(&on_stack), static_cast<void*>(&of_program),
                        other.allocate(100), other.allocate(100'000)}) {
    heap_.free(p);
    expect(CorruptionKind::kFreeOfForeignPointer);
  }
  EXPECT_EQ(other.statistics().heap_objects, 2U);
}

TEST_F(Checked, FreeingAStackAsAnObject) {
  for (const std::size_t size : {std::size_t{1} << 14, std::size_t{1} << 17}) {
    const StackMemory stack = heap_.stack_allocate(size);
    heap_.free(stack.base);
    expect(CorruptionKind::kFreeOfStack);
    heap_.stack_free(stack);
  }
}

TEST_F(Checked, FreeingAnObjectAsAStack) {
  const auto least = static_cast<std::size_t>(options_.spec.fixed_stack);
  for (const std::size_t size : {least, std::size_t{1} << 17}) {
    void* const p = heap_.allocate(size);
    heap_.stack_free({p, size});
    expect(CorruptionKind::kBadStackFree);
    EXPECT_TRUE(holds(p));
  }
}

TEST_F(Checked, FreeingAStackWithAnotherSize) {
  const auto least = static_cast<std::size_t>(options_.spec.fixed_stack);
  const StackMemory stack = heap_.stack_allocate(1 << 17);
  for (const std::size_t size : {least, std::size_t{1} << 16, std::size_t{1} << 18}) {
    heap_.stack_free({stack.base, size});
    expect(CorruptionKind::kBadStackFree);
  }
  heap_.stack_free(stack);
}

TEST_F(Checked, FreeingATinyObjectTwice) {
  void* const neighbour = heap_.allocate(4);
  void* const p = heap_.allocate(4);
  heap_.free(p);
  heap_.free(p);
  expect(CorruptionKind::kFreeOfTinyBlock);
  std::memset(neighbour, 1, 4);
  EXPECT_TRUE(holds(neighbour));
}

TEST_F(Checked, ReallocatingWhatWasFreed) {
  void* const p = heap_.allocate(100);
  heap_.free(p);
  EXPECT_EQ(heap_.reallocate(p, 1000), nullptr);
  EXPECT_EQ(take_corruptions().size(), 1U);
  EXPECT_EQ(objects(), 0U);
}

class Unchecked : public HeapTest {};

TEST_F(Unchecked, FreeingInsideOfAnObjectIsSeenWhenItsPageIsLookedAt) {
  // Frees to this page never take the fast path.
  char* const p = static_cast<char*>(heap_.allocate(100'000));
  heap_.free(p + 8);
  EXPECT_EQ(take_corruptions(), Kinds{CorruptionKind::kFreeInsideObject});
  int on_stack = 0;
  heap_.free(&on_stack);
  EXPECT_EQ(take_corruptions(), Kinds{CorruptionKind::kFreeOfForeignPointer});
}

// Double frees, with and without other free objects behind them.
TEST_F(Unchecked, FreeingTwiceInARowIsSeenByTheNextAllocation) {
  for (const std::size_t size : {16U, 100U, 1000U, 8192U}) {
    for (const unsigned behind : {0U, 1U, 20U}) {
      SCOPED_TRACE(testing::Message() << size << ", " << behind);
      std::vector<void*> others;
      for (unsigned i = 0; i < behind; ++i) others.push_back(heap_.allocate(size));
      void* const p = heap_.allocate(size);
      for (void* const other : others) heap_.free(other);
      heap_.free(p);
      heap_.free(p);
      EXPECT_EQ(text(heap_.check()), "");
      EXPECT_EQ(heap_.allocate(size), p);
      EXPECT_EQ(take_corruptions(), Kinds{CorruptionKind::kDoubleFree});
      EXPECT_NE(heap_.allocate(size), p) << "it is handed out once";
      EXPECT_EQ(text(heap_.check()), "");
    }
  }
}

TEST_F(Unchecked, FreeingTwiceInARowIsSeenWhenTheThreadIsLookedAt) {
  heap_.check_thread();
  void* const first = heap_.allocate(100);
  void* const p = heap_.allocate(100);
  heap_.free(first);
  heap_.free(p);
  heap_.check_thread();
  EXPECT_EQ(take_corruptions(), Kinds{});
  void* const again = heap_.allocate(100);
  heap_.free(again);
  heap_.free(again);
  heap_.check_thread();
  EXPECT_EQ(take_corruptions(), Kinds{CorruptionKind::kDoubleFree});
  heap_.check_thread();
  EXPECT_EQ(take_corruptions(), Kinds{});
  EXPECT_EQ(text(heap_.check()), "");
}

TEST_F(Unchecked, FreeingTwiceInARowIsSeenWhereverTheListIsCut) {
  // The larger numbers make the list give objects back on the way. The cut is near the list's end
  // or its beginning.
  for (const unsigned after : {0U, 1U, 300U, 5000U}) {
    SCOPED_TRACE(after);
    std::vector<void*> all;
    for (unsigned i = 0; i < 6000; ++i) all.push_back(heap_.allocate(100));
    for (unsigned i = 0; i < all.size(); ++i) {
      heap_.free(all[i]);
      if (i == all.size() - 1 - after) heap_.free(all[i]);
    }
    heap_.flush_thread();
    EXPECT_FALSE(take_corruptions().empty());
    EXPECT_EQ(text(heap_.check()), "");
    for (int i = 0; i < 100; ++i) EXPECT_NE(heap_.allocate(100), nullptr);
    EXPECT_EQ(text(heap_.check()), "");
  }
}

TEST_F(Unchecked, FreeingTwiceWithOthersInBetweenIsSeenWhenObjectsGoBack) {
  void* const p = heap_.allocate(100);
  void* const other = heap_.allocate(100);
  heap_.free(p);
  heap_.free(other);
  heap_.free(p);
  heap_.flush_thread();
  EXPECT_FALSE(take_corruptions().empty());
  EXPECT_EQ(text(heap_.check()), "");
}

TEST_F(Unchecked, FreeingTwiceIsSeenAtTheLatestWhenTheThreadGivesItsObjectsBack) {
  void* const p = heap_.allocate(100);
  heap_.free(p);
  heap_.free(p);
  heap_.flush_thread();
  const Kinds seen = take_corruptions();
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front(), CorruptionKind::kDoubleFree);
}

}  // namespace
}  // namespace Atoll::test
