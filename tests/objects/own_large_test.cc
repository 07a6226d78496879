#include "src/objects/own_large.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

#include "src/objects/cache.h"
#include "src/policy.h"
#include "src/port/native.h"
#include "tests/heap/request_source.h"
#include "tests/objects/object_world.h"

namespace Atoll::objects {
namespace {

constexpr std::size_t kMostOwnPages = 64;

struct OwnLargeTest : testing::Test {
  // A span in use, as a free finds it.
  pages::Span* span_of(std::uint64_t npages) {
    spans_.push_back(std::make_unique<pages::Span>());
    pages::Span* const span = spans_.back().get();
    span->base = Address(spans_.size() * 64 * port::kPageSize);
    span->npages = npages;
    span->state = pages::SpanState::kInUse;
    return span;
  }
  bool put(const pages::Span& span) { return own_.put(OwnLarge::place_of(span.npages), span.base); }

  OwnLarge own_;

 private:
  std::vector<std::unique_ptr<pages::Span>> spans_;
};

TEST_F(OwnLargeTest, HasOnePlaceForEachLength) {
  EXPECT_FALSE(OwnLarge::fits(0));
  EXPECT_FALSE(OwnLarge::fits(OwnLarge::kFewestPages - 1));
  EXPECT_FALSE(OwnLarge::fits(OwnLarge::kMostPages + 1));
  EXPECT_FALSE(OwnLarge::fits(std::uint64_t{1} << 32 | 8));
  std::set<unsigned> places;
  for (std::uint64_t n = OwnLarge::kFewestPages; n <= OwnLarge::kMostPages; ++n) {
    EXPECT_TRUE(OwnLarge::fits(n));
    EXPECT_TRUE(places.insert(OwnLarge::place_of(n)).second);
    EXPECT_GT(OwnLarge::place_of(n), 0U);
    EXPECT_LE(OwnLarge::place_of(n), pages::PageRecord::kMostPlace);
  }
}

TEST_F(OwnLargeTest, KeepsTheLastOfALength) {
  pages::Span* const first = span_of(8);
  pages::Span* const second = span_of(8);
  EXPECT_FALSE(put(*first)) << "the place is not open";
  own_.open(first);
  EXPECT_FALSE(put(*second)) << "another object is the last one";
  EXPECT_FALSE(own_.put(OwnLarge::place_of(8), first->base + 8)) << "inside of an object";
  ASSERT_TRUE(put(*first));
  EXPECT_TRUE(first->is_cached);
  EXPECT_FALSE(put(*first)) << "it is free";
  EXPECT_EQ(own_.take(9), nullptr);
  ASSERT_EQ(own_.take(8), first);
  EXPECT_FALSE(first->is_cached);
  EXPECT_EQ(own_.take(8), nullptr);
  own_.open(second);
  EXPECT_FALSE(put(*first));
  EXPECT_TRUE(put(*second));
  EXPECT_EQ(own_.close_all(), second);
  EXPECT_FALSE(second->is_cached);
  EXPECT_EQ(own_.close_all(), nullptr);
  EXPECT_FALSE(put(*second));
}

// Another cache may have the same number, so that a record seems to be this one's.
TEST_F(OwnLargeTest, KeepsNothingThatIsNotInUse) {
  pages::Span* const span = span_of(8);
  own_.open(span);
  span->is_cached = true;
  EXPECT_FALSE(put(*span));
  span->is_cached = false;
  for (const pages::SpanState state : {pages::SpanState::kDead, pages::SpanState::kFree}) {
    span->state = state;
    EXPECT_FALSE(put(*span));
  }
  span->state = pages::SpanState::kInUse;
  EXPECT_TRUE(put(*span));
}

TEST_F(OwnLargeTest, OpensPlacesForLengthsThatComeOften) {
  for (const std::uint64_t npages : {16U, 15U, 14U, 13U}) {
    ASSERT_TRUE(own_.wants(npages, kMostOwnPages));
    own_.open(span_of(npages));
  }
  EXPECT_FALSE(own_.wants(12, 11)) << "longer than all that it may have";
  EXPECT_TRUE(own_.wants(6, kMostOwnPages));
  for (unsigned i = 1; i < policy::kWantsPerOwnLarge; ++i) {
    ASSERT_FALSE(own_.wants(12, kMostOwnPages)) << i;
  }
  ASSERT_TRUE(own_.wants(12, kMostOwnPages));
  EXPECT_EQ(own_.close_for(12, kMostOwnPages), nullptr);
  ASSERT_TRUE(own_.has_room(12, kMostOwnPages));
  own_.open(span_of(12));
  EXPECT_TRUE(own_.wants(12, kMostOwnPages));
}

TEST_F(OwnLargeTest, GivesWhatItHadAtThePlacesThatItCloses) {
  std::set<pages::Span*> free;
  for (const std::uint64_t npages : {16U, 15U, 14U, 13U}) {
    pages::Span* const span = span_of(npages);
    own_.open(span);
    ASSERT_TRUE(put(*span));
    free.insert(span);
  }
  EXPECT_EQ(own_.cached_bytes(), 58 * port::kPageSize);
  // The bound may have become less than the length itself.
  while (pages::Span* const span = own_.close_for(12, 3)) EXPECT_EQ(free.erase(span), 1U);
  EXPECT_TRUE(free.empty());
  EXPECT_EQ(own_.cached_bytes(), 0U);
  EXPECT_FALSE(own_.has_room(12, 3));
}

// Two threads, and a program that frees anywhere what it allocated anywhere. The caches may have
// the same number, as after very many threads.
class TwoOwners : public testing::TestWithParam<bool> {
 protected:
  static constexpr port::PortSpec kNative = port::native_spec();

  TwoOwners() {
    world_.heap.options.most_large_cached = std::uint64_t{64} << 20;
    world_.heap.set_cache_count(2);
    const pages::CacheNumber number = pages::CacheNumber().next();
    for (Thread* const thread : {&threads_[0], &threads_[1]}) {
      const bool is_next = thread == &threads_[1] && !GetParam();
      thread->number = is_next ? number.next() : number;
      thread->cache->init(world_.heap, thread->classes->data(), thread->lock, thread->number, 1);
    }
  }

  struct Thread {
    std::unique_ptr<Cache> cache = std::make_unique<Cache>();
    std::unique_ptr<ClassCaches> classes = std::make_unique<ClassCaches>();
    Mutex lock;
    pages::CacheNumber number;
  };
  struct Block {
    std::byte* bytes;
    std::uint64_t npages;
    std::byte mark;
  };

  pages::Span* span_of(const void* p) {
    return world_.pages.heap.map().object_span_of(world_.pages.platform.address(p));
  }
  pages::PageRecord record_of(const void* p) {
    const pages::ArenaMap& map = world_.pages.heap.map();
    const Address address = world_.pages.platform.address(p);
    return map.arena(address)->records()[map.page_index(address)].load();
  }

  void allocate(Thread& thread, std::uint64_t npages) {
    void* p = nullptr;
    if (const Span* const kept = thread.cache->take_large(npages); kept != nullptr) {
      p = world_.pages.platform.pointer(kept->base);
    } else {
      bool needs_zero = false;
      p = thread.cache->allocate_large(world_.heap,
                                       static_cast<std::size_t>(npages * port::kPageSize),
                                       port::kPageSize, Scan::kNoscan, &needs_zero);
      thread.cache->refresh_lookup(world_.heap, kNative);
    }
    ASSERT_NE(p, nullptr);
    Block block{static_cast<std::byte*>(p), npages, static_cast<std::byte>(next_mark_++)};
    ASSERT_EQ(span_of(p)->npages, npages);
    mark(block);
    blocks_.push_back(block);
  }
  // As free() does.
  void free(Thread& thread, std::size_t index) {
    const Block block = blocks_[index];
    check(block);
    blocks_[index] = blocks_.back();
    blocks_.pop_back();
    const pages::WhoseList whose = record_of(block.bytes).for_cache(thread.number);
    ASSERT_FALSE(whose.is_mine());
    if (whose.is_my_large()) {
      ++fast_frees_;
      const Address address = world_.pages.platform.address(block.bytes);
      if (thread.cache->keep_own_large(whose.my_place(), address)) return;
    }
    if (thread.cache->keep_large<kNative>(world_.heap, block.bytes)) return;
    thread.cache->free(world_.heap, block.bytes);
  }
  void resize(Thread& thread, Block& block, std::uint64_t npages) {
    if (npages == block.npages) return;
    if (!thread.cache->resize_large(world_.heap, span_of(block.bytes), npages)) return;
    block.npages = npages;
    EXPECT_TRUE(record_of(block.bytes).is_empty());
    mark(block);
  }

  void expect_little() {
    {
      Surplus surplus(world_.heap);
      threads_[0].cache->give_back_large(world_.heap, surplus);
      threads_[0].cache->give_back_stock(surplus);
    }
    EXPECT_LE(world_.pages.heap.statistics().objects, policy::kMostOwnLarge);
    EXPECT_EQ(threads_[0].cache->cached_large_bytes(), world_.pages.heap.statistics().objects);
  }
  static std::size_t size_of(const Block& block) {
    return static_cast<std::size_t>(block.npages * port::kPageSize);
  }
  static void mark(const Block& block) {
    block.bytes[0] = block.mark;
    block.bytes[size_of(block) - 1] = block.mark;
  }
  static void check(const Block& block) {
    EXPECT_EQ(block.bytes[0], block.mark);
    EXPECT_EQ(block.bytes[size_of(block) - 1], block.mark);
  }

  ObjectWorld world_;
  std::array<Thread, 2> threads_;
  std::vector<Block> blocks_;
  std::uint64_t fast_frees_ = 0;
  unsigned next_mark_ = 0;
};

TEST_P(TwoOwners, NeverGiveAnObjectTwice) {
  test::Random random(test::request_seed());
  const std::uint64_t requests = test::request_count(test::kIsEmulated ? 5'000 : 100'000);
  for (std::uint64_t i = 0; i < requests; ++i) {
    Thread& thread = random.one_in(2) ? threads_[0] : threads_[1];
    // Some lengths more often than others, and some that no cache has places for.
    const std::uint64_t npages = random.one_in(2) ? 8 + random.below(2) : 5 + random.below(20);
    const auto any = static_cast<std::size_t>(blocks_.empty() ? 0 : random.below(blocks_.size()));
    if (blocks_.empty() || (blocks_.size() < 40 && random.one_in(2))) {
      allocate(thread, npages);
    } else if (random.one_in(10)) {
      resize(thread, blocks_[any], npages);
    } else {
      free(thread, any);
    }
    if (random.one_in(2'000)) thread.cache->flush(world_.heap);
    if (i % 500 == 0) {
      ASSERT_EQ(world_.pages.check(), "");
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(fast_frees_, requests / 20);
  EXPECT_TRUE(world_.reports.empty());

  while (!blocks_.empty()) free(threads_[0], 0);
  ObjectCounts counts;
  for (Thread& thread : threads_) {
    thread.cache->flush(world_.heap);
    thread.cache->add_freed(counts);
    thread.cache->add_allocated(counts);
  }
  EXPECT_EQ(counts.large.allocated, counts.large.freed);
  EXPECT_EQ(counts.large.allocated_bytes, counts.large.freed_bytes);
  EXPECT_EQ(world_.pages.heap.statistics().spans_in_use, 0U);
  EXPECT_EQ(world_.pages.check(), "");
}

TEST_P(TwoOwners, NameADoubleFree) {
  allocate(threads_[0], 8);
  const Block block = blocks_[0];
  free(threads_[0], 0);
  blocks_.push_back(block);
  free(threads_[1], 0);
  EXPECT_EQ(world_.reports, std::vector{CorruptionKind::kDoubleFree});
  blocks_.push_back(block);
  free(threads_[0], 0);
  EXPECT_EQ(world_.reports.size(), 2U);
  allocate(threads_[1], 8);
  EXPECT_NE(blocks_[0].bytes, block.bytes);
  allocate(threads_[0], 8);
  EXPECT_EQ(blocks_[1].bytes, block.bytes);
  free(threads_[0], 1);
  free(threads_[0], 0);
  for (Thread& thread : threads_) thread.cache->flush(world_.heap);
}

// A thread that sleeps keeps no more than its places, however it used them.
TEST_P(TwoOwners, KeepLittleFromOthers) {
  test::Random random(test::request_seed());
  for (unsigned i = 0; i < 2'000; ++i) {
    for (unsigned k = 0; k < 3; ++k) allocate(threads_[0], 5 + random.below(12));
    while (!blocks_.empty()) free(threads_[0], 0);
  }
  expect_little();

  // Blocks that were in use when their places were closed have records of these places still.
  for (std::uint64_t npages = 5; npages <= 16; ++npages) allocate(threads_[0], npages);
  for (unsigned i = 0; i < 300 * 12; ++i) {
    const std::uint64_t npages = blocks_[0].npages;
    free(threads_[0], 0);
    allocate(threads_[0], npages);
    std::rotate(blocks_.begin(), blocks_.begin() + 1, blocks_.end());
  }
  while (!blocks_.empty()) free(threads_[0], 0);
  expect_little();
  threads_[0].cache->flush(world_.heap);
}

INSTANTIATE_TEST_SUITE_P(Numbers, TwoOwners, testing::Bool(),
                         [](const auto& one) { return one.param ? "Same" : "Different"; });

}  // namespace
}  // namespace Atoll::objects
