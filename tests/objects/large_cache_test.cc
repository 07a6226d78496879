#include "src/objects/large_cache.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>

#include "os/decorators/fault_injection.h"
#include "src/objects/cache.h"
#include "tests/heap/request_source.h"
#include "tests/objects/object_world.h"

namespace Atoll::objects {
namespace {

constexpr std::size_t kNoBound = std::size_t{1} << 31;

struct LargeCaches : testing::Test {
  // A span in use, as a free finds it.
  pages::Span* span_of(std::uint64_t npages) {
    spans_.push_back(std::make_unique<pages::Span>());
    spans_.back()->npages = npages;
    return spans_.back().get();
  }

  LargeCache cache_;

 private:
  std::vector<std::unique_ptr<pages::Span>> spans_;
};

TEST_F(LargeCaches, GiveTheSameObjectForTheSameLength) {
  pages::Span* const span = span_of(8);
  ASSERT_TRUE(cache_.put(span, kNoBound));
  EXPECT_TRUE(span->is_cached);
  EXPECT_TRUE(span->needs_zero);
  EXPECT_EQ(cache_.held_pages(), 8U);
  for (const unsigned other : {5U, 7U, 9U, 16U, 8192U}) EXPECT_EQ(cache_.take(other), nullptr);
  EXPECT_EQ(cache_.take(8), span);
  EXPECT_FALSE(span->is_cached);
  EXPECT_EQ(cache_.take(8), nullptr);
  EXPECT_EQ(cache_.held_pages(), 0U);
}

TEST_F(LargeCaches, KeepNoMoreThanTheirBound) {
  ASSERT_TRUE(cache_.put(span_of(60), 100));
  EXPECT_FALSE(cache_.put(span_of(41), 100));
  EXPECT_FALSE(cache_.put(span_of(101), 100));
  EXPECT_EQ(cache_.held_pages(), 60U);
  // What other threads take makes room only when the cache looks again.
  EXPECT_NE(cache_.take_any(), nullptr);
  EXPECT_FALSE(cache_.put(span_of(41), 100));
  EXPECT_EQ(cache_.recount(), 0U);
  EXPECT_TRUE(cache_.put(span_of(41), 100));
}

// Puts every object as the heap does: it displaces another length, and gives up if the place has an
// object of the same length.
TEST_F(LargeCaches, HoldEachObjectOnce) {
  test::Random random(test::request_seed());
  std::multiset<pages::Span*> inside;
  LargeCounts wanted;
  for (unsigned i = 0; i < 20'000; ++i) {
    const std::uint64_t npages = 5 + random.below(60);
    pages::Span* found = nullptr;
    switch (random.below(4)) {
      case 0:
        found = cache_.take(npages);
        if (found != nullptr) {
          ASSERT_EQ(found->npages, npages);
          ++wanted.allocated;
          wanted.allocated_bytes += npages * port::kPageSize;
        }
        break;
      case 1:
        if (random.below(10) == 0) found = cache_.take_any();
        break;
      default:
        found = cache_.displace(npages);
        if (pages::Span* const span = span_of(npages); cache_.put(span, 400)) {
          EXPECT_EQ(inside.count(span), 0U);
          inside.insert(span);
          ++wanted.freed;
          wanted.freed_bytes += npages * port::kPageSize;
        }
    }
    if (found != nullptr) {
      ASSERT_EQ(inside.erase(found), 1U);
      ASSERT_FALSE(found->is_cached);
    }
    std::uint64_t held = 0;
    for (const pages::Span* const span : inside) held += span->npages;
    ASSERT_GE(cache_.held_pages(), held);
    if (i % 100 == 0) {
      ASSERT_EQ(cache_.recount(), held);
    }
  }
  EXPECT_GT(wanted.allocated, 100U);
  const LargeCounts counts = cache_.counts();
  EXPECT_EQ(counts.allocated, wanted.allocated);
  EXPECT_EQ(counts.allocated_bytes, wanted.allocated_bytes);
  EXPECT_EQ(counts.freed, wanted.freed);
  EXPECT_EQ(counts.freed_bytes, wanted.freed_bytes);
}

TEST_F(LargeCaches, TellWhatIsInThem) {
  EXPECT_EQ(cache_.cached_bytes(), 0U);
  ASSERT_TRUE(cache_.put(span_of(8), kNoBound));
  ASSERT_TRUE(cache_.put(span_of(5), kNoBound));
  EXPECT_EQ(cache_.cached_bytes(), 13 * port::kPageSize);
  ASSERT_NE(cache_.take(8), nullptr);
  EXPECT_EQ(cache_.cached_bytes(), 5 * port::kPageSize);
  // Also what others take, which the cache itself learns later.
  ASSERT_NE(cache_.take_any(), nullptr);
  EXPECT_EQ(cache_.cached_bytes(), 0U);
}

TEST(LargeCount, HasNoFewerAllocationsThanFrees) {
  LargeCounts counts = {.allocated = 3, .freed = 5, .allocated_bytes = 30, .freed_bytes = 50};
  counts.clamp_in_use(10, 100);
  EXPECT_EQ(counts.allocated, 5U);
  EXPECT_EQ(counts.allocated_bytes, 50U);
  counts = {.allocated = 9, .freed = 5, .allocated_bytes = 90, .freed_bytes = 50};
  counts.clamp_in_use(10, 100);
  EXPECT_EQ(counts.allocated, 9U);
  EXPECT_EQ(counts.allocated_bytes, 90U);
  counts.clamp_in_use(2, 20);
  EXPECT_EQ(counts.allocated, 7U);
  EXPECT_EQ(counts.allocated_bytes, 70U);
}

TEST_F(LargeCaches, CountMoreThanTheirNarrowCountersHold) {
  constexpr std::uint64_t kPages = std::uint64_t{1} << 28;
  pages::Span* const span = span_of(kPages);
  std::uint64_t puts = 0;
  for (unsigned i = 0; i < 100; ++i) {
    if (!cache_.put(span, kNoBound)) {
      ASSERT_TRUE(cache_.is_count_due());
      cache_.count();
      ASSERT_TRUE(cache_.put(span, kNoBound));
    }
    ++puts;
    ASSERT_EQ(cache_.take(kPages), span);
    const LargeCounts counts = cache_.counts();
    ASSERT_EQ(counts.freed, puts);
    ASSERT_EQ(counts.freed_bytes, puts * kPages * port::kPageSize);
    ASSERT_EQ(counts.allocated, puts);
    ASSERT_EQ(counts.allocated_bytes, puts * kPages * port::kPageSize);
  }
  cache_.count_allocated(100);
  cache_.count_freed(30);
  cache_.count_resized(50, 80);
  cache_.count_resized(80, 75);
  const LargeCounts counts = cache_.counts();
  EXPECT_EQ(counts.allocated, puts + 1);
  EXPECT_EQ(counts.freed, puts + 1);
  EXPECT_EQ(counts.allocated_bytes, puts * kPages * port::kPageSize + 130);
  EXPECT_EQ(counts.freed_bytes, puts * kPages * port::kPageSize + 35);
}

// Other threads may keep as much again as fast as this one takes it.
TEST(OutOfMemory, GivesBackWhatAllKeepOnce) {
  os::FaultInjectionOs os(os::native());
  ObjectWorld world(os);
  unsigned calls = 0;
  world.heap.owner = &calls;
  world.heap.give_back_unused_function = [](void* owner) { ++*static_cast<unsigned*>(owner); };
  const auto classes = std::make_unique<ClassCaches>();
  const auto cache = std::make_unique<Cache>();
  Mutex lock;
  cache->init(world.heap, classes->data(), lock, pages::CacheNumber().next(), 1);
  os.fail_from_call(1);
  bool needs_zero = false;
  EXPECT_EQ(cache->allocate_large(world.heap, std::size_t{1} << 28, port::kPageSize, Scan::kNoscan,
                                  &needs_zero),
            nullptr);
  os.fail_nothing();
  EXPECT_EQ(calls, 1U);
}

}  // namespace
}  // namespace Atoll::objects
