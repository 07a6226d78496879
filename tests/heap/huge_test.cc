// Objects as long as several arenas. In a sparing heap most of these arenas have no metadata of
// their own.
#include <cstddef>

#include "tests/heap/fixture.h"

namespace Atoll::test {
namespace {

using Kinds = std::vector<CorruptionKind>;

HeapOptions sparing(bool is_checked) {
  HeapOptions options;
  options.pages.is_sparing = true;
  options.pages.is_bounded = true;
  options.objects.checked = is_checked;
  return options;
}

class Huge : public HeapTest {
 protected:
  explicit Huge(bool is_checked = false) : HeapTest(sparing(is_checked)) {}

  // A machine with a GiB has room for this much twice.
  std::size_t arena() const { return static_cast<std::size_t>(options_.spec.heap_arena_bytes); }
  std::size_t most() const { return 6 * arena(); }
  std::byte* allocate(std::size_t size, Scan scan = Scan::kNoscan) {
    return static_cast<std::byte*>(heap_.allocate(size, scan));
  }

  // Checks that every address that it looks up leads to the object, and no address behind it does.
  void expect_found(const std::byte* p, std::size_t size) {
    for (std::size_t at = 0; at < size; at += arena() / 4) expect_at(p, p + at);
    for (const std::size_t at : {std::size_t{1}, size / 2 + 1, size - 1}) expect_at(p, p + at);
    EXPECT_NE(heap_.find_object(p + heap_.usable_size(p)).base, p);
    EXPECT_EQ(text(heap_.check()), "");
  }

 private:
  void expect_at(const std::byte* p, const std::byte* inside) {
    const Object object = heap_.find_object(inside);
    EXPECT_EQ(object.base, p);
    EXPECT_EQ(object.size, heap_.usable_size(p));
  }
};

class HugeChecked : public Huge {
 protected:
  HugeChecked() : Huge(/*is_checked=*/true) {}
};

TEST_F(Huge, ObjectsAreFoundByAnyAddress) {
  std::byte* const p = allocate(most());
  ASSERT_NE(p, nullptr);
  expect_found(p, most());
  heap_.free(p);
  for (std::size_t at = 0; at < most(); at += arena() / 2) {
    EXPECT_FALSE(heap_.find_object(p + at)) << at;
    EXPECT_EQ(heap_.usable_size(p + at), 0U);
  }
}

// Resizes an object in place both ways, and puts small objects where its end was.
TEST_F(Huge, ObjectsAreResizedInPlace) {
  std::byte* const p = allocate(most());
  ASSERT_NE(p, nullptr);
  p[0] = std::byte{1};
  for (const std::size_t size : {most() - 100, most() / 2, 5 * arena(), 3 * arena() + 1, arena(),
                                 most() - arena(), std::size_t{100'000}, most()}) {
    SCOPED_TRACE(size);
    ASSERT_EQ(heap_.reallocate(p, size), p);
    EXPECT_EQ(p[0], std::byte{1});
    expect_found(p, size);
    std::vector<void*> small;
    for (int i = 0; i < 100; ++i) small.push_back(heap_.allocate(5000));
    expect_found(p, size);
    for (void* const one : small) {
      EXPECT_TRUE(holds(one));
      heap_.free(one);
    }
    heap_.flush_thread();
  }
  heap_.free(p);
}

// Allocates small objects in the pages of a huge one that is gone.
TEST_F(Huge, ObjectsLeaveTheirPagesToSmallOnes) {
  heap_.free(allocate(most()));
  std::vector<std::byte*> blocks;
  for (std::size_t done = 0; done < 3 * arena(); done += arena() / 16) {
    blocks.push_back(allocate(arena() / 16));
    ASSERT_NE(blocks.back(), nullptr);
    void* const small = heap_.allocate(100);
    EXPECT_TRUE(holds(small));
    heap_.free(small);
  }
  for (std::byte* const block : blocks) {
    EXPECT_EQ(heap_.find_object(block + arena() / 17).base, block);
    heap_.free(block);
  }
  heap_.flush_thread();
  EXPECT_EQ(text(heap_.check()), "");
  std::byte* const p = allocate(most());
  ASSERT_NE(p, nullptr);
  expect_found(p, most());
  heap_.free(p);
}

TEST_F(Huge, ObjectsLiveIfAnyAddressIsMarked) {
  std::byte* const kept = allocate(most() / 2, Scan::kScan);
  std::byte* const lost = allocate(most() / 2);
  ASSERT_NE(kept, nullptr);
  ASSERT_NE(lost, nullptr);
  heap_.begin_mark();
  EXPECT_EQ(heap_.mark(kept + most() / 4 + 3).base, kept);
  EXPECT_FALSE(heap_.mark(kept + most() / 8)) << "once";
  heap_.end_mark();
  heap_.sweep_all();
  EXPECT_EQ(objects(), 1U);
  expect_found(kept, most() / 2);
  EXPECT_FALSE(heap_.find_object(lost + most() / 4));
  heap_.free(kept);
}

TEST_F(HugeChecked, ObjectsAreNotFreedFromInside) {
  std::byte* const p = allocate(most());
  ASSERT_NE(p, nullptr);
  for (std::size_t at = arena() / 2; at < most(); at += arena()) {
    heap_.free(p + at);
    EXPECT_EQ(take_corruptions(), Kinds{CorruptionKind::kFreeInsideObject}) << at;
  }
  expect_found(p, most());
  heap_.free(p);
  heap_.free(p + most() / 2);
  EXPECT_EQ(take_corruptions(), Kinds{CorruptionKind::kFreeOfForeignPointer});
}

}  // namespace
}  // namespace Atoll::test
