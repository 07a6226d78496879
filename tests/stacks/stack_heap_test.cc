#include "src/stacks/stack_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "tests/stacks/stack_world.h"

namespace Atoll::stacks {
namespace {

using port::Goarch;
using port::Goos;
using port::Release;

constexpr std::uint64_t kSpan = port::kStackCacheSize;
constexpr std::uint64_t kBatch = kSpan / 2;

// A heap may be a static object without a constructor that runs.
[[maybe_unused]] constinit StackHeap starts_without_code;

class StackTables : public ::testing::TestWithParam<port::Port> {
 protected:
  StackTables() : world_(with_stacks_of(port::spec(GetParam()))) {}

  std::vector<std::uint64_t> cached_sizes() const {
    std::vector<std::uint64_t> sizes;
    for (unsigned order = 0; order < port::num_used_stack_orders(world_.spec()); ++order) {
      sizes.push_back(world_.spec().fixed_stack << order);
    }
    return sizes;
  }
  StackCache::Order& cached(StackCache& cache, std::uint64_t bytes) const {
    return cache.orders[*port::cached_stack_order(world_.spec(), bytes)];
  }
  void* allocate(std::uint64_t bytes) { return world_.stacks().allocate(nullptr, bytes); }
  void free(void* p, std::uint64_t bytes) {
    EXPECT_EQ(world_.stacks().free(nullptr, p, bytes), StackFree::kOk);
  }

  StackWorld world_;
};

INSTANTIATE_TEST_SUITE_P(
    Ports, StackTables,
    ::testing::Values(port::Port{Release::k1_11, Goos::kLinux, Goarch::kAmd64},
                      port::Port{Release::k1_11, Goos::kPlan9, Goarch::k386},
                      port::Port{Release::k1_11, Goos::kWindows, Goarch::kAmd64},
                      port::Port{Release::k1_16, Goos::kIos, Goarch::kArm64},
                      port::Port{Release::k1_22, Goos::kWindows, Goarch::k386}),
    [](const auto& instance) {
      const port::PortSpec spec = port::spec(instance.param);
      return std::to_string(spec.fixed_stack) + "x" + std::to_string(spec.num_stack_orders);
    });

TEST_P(StackTables, OnlyPowersOfTwoFromTheSmallestStackOnAreServed) {
  const std::uint64_t least = world_.spec().fixed_stack;
  StackCache cache{};
  for (StackCache* const use : {static_cast<StackCache*>(nullptr), &cache}) {
    for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{1}, least / 2, least + 1,
                                    3 * least, kSpan + 8192, ~std::uint64_t{0}}) {
      EXPECT_EQ(world_.stacks().allocate(use, bad), nullptr) << bad;
    }
    EXPECT_EQ(world_.stacks().allocate(use, std::uint64_t{1} << 63), nullptr);
  }
  EXPECT_TRUE(world_.is_empty());
}

TEST_P(StackTables, TheLargestCachedStackIs16KiBAndLargerOnesHaveSpansOfTheirOwn) {
  EXPECT_EQ(cached_sizes().back(), 16384U);
  for (const std::uint64_t bytes : {kSpan, 2 * kSpan, 8 * kSpan}) {
    void* const p = allocate(bytes);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(world_.span_of(p)->stack_order, kLargeStack);
    EXPECT_EQ(world_.offset_in_span(p), 0U);
    EXPECT_EQ(world_.stack_bytes(), bytes);
    std::memset(p, 0xa5, static_cast<std::size_t>(bytes));
    EXPECT_EQ(world_.problem(), "");
    free(p, bytes);
    EXPECT_TRUE(world_.is_empty());
  }
}

TEST_P(StackTables, APoolHandsOutASpansHighestAddressFirst) {
  for (const std::uint64_t bytes : cached_sizes()) {
    std::vector<void*> taken;
    for (std::uint64_t offset = kSpan; offset != 0;) {
      offset -= bytes;
      taken.push_back(allocate(bytes));
      ASSERT_NE(taken.back(), nullptr);
      EXPECT_EQ(world_.offset_in_span(taken.back()), offset);
      EXPECT_EQ(world_.span_of(taken.back()), world_.span_of(taken.front()));
    }
    EXPECT_EQ(world_.stack_bytes(), kSpan) << "and all of it is used";
    EXPECT_EQ(world_.span_of(taken.front())->list, nullptr) << "a full span leaves the list";
    taken.push_back(allocate(bytes));
    EXPECT_EQ(world_.stack_bytes(), 2 * kSpan);
    EXPECT_EQ(world_.offset_in_span(taken.back()), kSpan - bytes);

    // What is freed in a full span comes first from now on, the last one before the others.
    free(taken[0], bytes);
    if (taken.size() > 3) {
      free(taken[1], bytes);
      EXPECT_EQ(allocate(bytes), taken[1]);
    }
    EXPECT_EQ(allocate(bytes), taken[0]);
    EXPECT_EQ(world_.problem(), "");
    for (void* const p : taken) free(p, bytes);
    EXPECT_TRUE(world_.is_empty());
  }
}

TEST_P(StackTables, ACacheIsFilledWithHalfASpanWhoseLowestAddressComesFirst) {
  for (const std::uint64_t bytes : cached_sizes()) {
    StackCache cache{};
    std::vector<void*> taken;
    for (const std::uint64_t half : {kBatch, std::uint64_t{0}}) {
      for (std::uint64_t offset = 0; offset < kBatch; offset += bytes) {
        EXPECT_EQ(cached(cache, bytes).bytes, offset == 0 ? 0 : kBatch - offset);
        taken.push_back(world_.stacks().allocate(&cache, bytes));
        ASSERT_NE(taken.back(), nullptr);
        EXPECT_EQ(world_.offset_in_span(taken.back()), half + offset);
        EXPECT_EQ(world_.problem(cache), "");
      }
    }
    EXPECT_EQ(world_.stack_bytes(), kSpan);
    EXPECT_EQ(cached(cache, bytes).list, nullptr);
    for (void* const p : taken) EXPECT_EQ(world_.stacks().free(&cache, p, bytes), StackFree::kOk);
    EXPECT_EQ(world_.stacks().flush(cache), StackFree::kOk);
    EXPECT_TRUE(world_.is_empty());
  }
}

TEST_P(StackTables, AFullCacheGivesAllBut16KiBBackBeforeItTakesOneMore) {
  for (const std::uint64_t bytes : cached_sizes()) {
    std::vector<void*> taken;
    for (std::uint64_t total = 0; total < 2 * kSpan; total += bytes) {
      taken.push_back(allocate(bytes));
    }
    StackCache cache{};
    const StackCache::Order& order = cached(cache, bytes);
    std::uint64_t expected = 0;
    for (void* const p : taken) {
      ASSERT_EQ(world_.stacks().free(&cache, p, bytes), StackFree::kOk);
      expected = (expected >= kSpan ? kBatch : expected) + bytes;
      EXPECT_EQ(order.bytes, expected);
      EXPECT_EQ(order.list, p) << "the last one freed is the next one allocated";
      EXPECT_EQ(world_.problem(cache), "");
      EXPECT_EQ(world_.problem(), "");
    }
    EXPECT_EQ(world_.stacks().flush(cache), StackFree::kOk);
    EXPECT_EQ(order.list, nullptr);
    EXPECT_EQ(order.bytes, 0U);
    EXPECT_TRUE(world_.is_empty());
  }
}

TEST_P(StackTables, WhileACollectionRunsEmptySpansStayAndAreUsedAgain) {
  const std::vector<std::uint64_t> small = cached_sizes();
  for (const std::uint64_t bytes : {small.front(), small.back(), 2 * kSpan}) {
    world_.stacks().set_collecting(true);
    void* const p = allocate(bytes);
    const std::uint64_t held = world_.stack_bytes();
    free(p, bytes);
    EXPECT_EQ(world_.stack_bytes(), held);
    EXPECT_EQ(world_.problem(), "");
    EXPECT_EQ(allocate(bytes), p);
    EXPECT_EQ(world_.stack_bytes(), held);
    free(p, bytes);
    world_.stacks().set_collecting(false);
    EXPECT_TRUE(world_.is_empty());
  }
}

TEST_P(StackTables, TheEndOfACollectionKeepsWhatIsInUse) {
  const std::uint64_t bytes = cached_sizes().front();
  world_.stacks().set_collecting(true);
  std::vector<void*> taken;
  for (std::uint64_t total = 0; total < 3 * kSpan; total += bytes) taken.push_back(allocate(bytes));
  void* const large = allocate(kSpan);
  void* const kept = taken.back();
  taken.pop_back();
  for (void* const p : taken) free(p, bytes);
  EXPECT_EQ(world_.stack_bytes(), 4 * kSpan);
  world_.stacks().set_collecting(false);
  EXPECT_EQ(world_.stack_bytes(), 2 * kSpan);
  EXPECT_EQ(world_.problem(), "");
  free(kept, bytes);
  free(large, kSpan);
  EXPECT_TRUE(world_.is_empty());
}

TEST_P(StackTables, LargeFreeStacksOfOneSizeDoNotServeAnother) {
  world_.stacks().set_collecting(true);
  void* const p = allocate(4 * kSpan);
  free(p, 4 * kSpan);
  void* const half = allocate(2 * kSpan);
  void* const twice = allocate(8 * kSpan);
  EXPECT_NE(half, p);
  EXPECT_NE(twice, p);
  EXPECT_EQ(allocate(4 * kSpan), p);
  free(p, 4 * kSpan);
  free(half, 2 * kSpan);
  free(twice, 8 * kSpan);
  EXPECT_EQ(world_.problem(), "");
  world_.stacks().set_collecting(false);
  EXPECT_TRUE(world_.is_empty());
}

TEST_P(StackTables, EveryBadFreeIsToldAndWithoutEffect) {
  const std::uint64_t small = cached_sizes().front();
  const std::uint64_t large = 2 * kSpan;
  StackCache cache{};
  auto* const stack = static_cast<char*>(allocate(small));
  auto* const large_stack = static_cast<char*>(allocate(large));
  pages::Span* const objects = world_.pages().allocate(4, pages::PageUse::kObjects);
  ASSERT_NE(objects, nullptr);
  void* const object = objects->base.pointer();
  int variable = 0;

  for (StackCache* const use : {static_cast<StackCache*>(nullptr), &cache}) {
    const auto is_refused = [&](void* p, std::uint64_t bytes) {
      return world_.stacks().free(use, p, bytes) == StackFree::kNotAStack;
    };
    EXPECT_TRUE(is_refused(nullptr, small));
    EXPECT_TRUE(is_refused(&variable, small));
    EXPECT_TRUE(is_refused(&variable, large));
    EXPECT_TRUE(is_refused(object, small)) << "not a span of stacks";
    EXPECT_TRUE(is_refused(object, kSpan));
    EXPECT_TRUE(is_refused(stack, 2 * small)) << "another order";
    EXPECT_TRUE(is_refused(stack, kSpan));
    EXPECT_TRUE(is_refused(stack, small + 1)) << "not a size at all";
    EXPECT_TRUE(is_refused(stack, 0));
    EXPECT_TRUE(is_refused(stack + 64, small)) << "not the beginning";
    EXPECT_TRUE(is_refused(large_stack, small));
    EXPECT_TRUE(is_refused(large_stack, large / 2));
    EXPECT_TRUE(is_refused(large_stack, large * 2));
    EXPECT_TRUE(is_refused(large_stack + port::kPageSize, large));
  }
  EXPECT_EQ(world_.problem(), "");
  EXPECT_EQ(world_.problem(cache), "");
  EXPECT_EQ(cached(cache, small).list, nullptr);
  free(stack, small);
  free(large_stack, large);
  world_.pages().free(objects);
  EXPECT_TRUE(world_.is_empty());
}

TEST_P(StackTables, AStackThatIsFreedTwiceIsToldWhenItIsSeen) {
  const std::uint64_t small = cached_sizes().front();
  const std::uint64_t large = 2 * kSpan;
  StackHeap& stacks = world_.stacks();
  StackCache cache{};

  for (const bool collecting : {false, true}) {
    stacks.set_collecting(collecting);
    void* p = allocate(small);
    free(p, small);
    EXPECT_EQ(stacks.free(nullptr, p, small), StackFree::kNotAStack) << "nothing is in use";
    p = allocate(large);
    free(p, large);
    EXPECT_EQ(stacks.free(nullptr, p, large), StackFree::kNotAStack);
  }
  stacks.set_collecting(false);

  void* const first = stacks.allocate(&cache, small);
  void* const second = allocate(small);
  EXPECT_EQ(stacks.free(&cache, first, small), StackFree::kOk);
  EXPECT_EQ(stacks.free(&cache, second, small), StackFree::kOk);
  EXPECT_EQ(stacks.free(&cache, first, small), StackFree::kNotAStack) << "in this cache";
  EXPECT_EQ(world_.problem(cache), "");
  EXPECT_EQ(stacks.flush(cache), StackFree::kOk);
  EXPECT_TRUE(world_.is_empty());
}

TEST_P(StackTables, AStackThatIsInTwoCachesIsToldWhenItComesBack) {
  const std::uint64_t bytes = cached_sizes().front();
  StackHeap& stacks = world_.stacks();
  void* const p = allocate(bytes);
  StackCache one{};
  StackCache other{};
  EXPECT_EQ(stacks.free(&one, p, bytes), StackFree::kOk);
  EXPECT_EQ(stacks.free(&other, p, bytes), StackFree::kOk) << "cannot be seen yet";
  EXPECT_EQ(stacks.flush(one), StackFree::kOk);
  EXPECT_EQ(stacks.flush(other), StackFree::kNotAStack);
  EXPECT_EQ(cached(other, bytes).list, nullptr);
  EXPECT_EQ(cached(other, bytes).bytes, 0U);
  EXPECT_TRUE(world_.is_empty());
}

// A heap that gets no more memory from some moment on.
class StackFailures : public ::testing::Test {
 protected:
  // A race port's heap has come to its end when its hints are used up.
  StackFailures()
      : faults_(os::native()),
        world_(port::native_spec(port::native_release(), /*race=*/false), faults_) {}

  std::vector<void*> drain(StackCache* cache, std::uint64_t bytes) {
    std::vector<void*> taken;
    while (void* const p = world_.stacks().allocate(cache, bytes)) taken.push_back(p);
    return taken;
  }
  void free_all(const std::vector<void*>& taken, std::uint64_t bytes) {
    for (void* const p : taken) {
      EXPECT_EQ(world_.stacks().free(nullptr, p, bytes), StackFree::kOk);
    }
  }

  os::FaultInjectionOs faults_;
  StackWorld world_;
};

TEST_F(StackFailures, WithoutMemoryAStackIsNullAndTheHeapGoesOnLater) {
  const std::uint64_t small = world_.spec().fixed_stack;
  for (const std::uint64_t bytes : {small, 2 * kSpan}) {
    StackCache cache{};
    faults_.fail_from_call(1);
    const std::vector<void*> direct = drain(nullptr, bytes);
    EXPECT_EQ(world_.stacks().allocate(&cache, bytes), nullptr);
    EXPECT_GT(faults_.failed_calls(), 0U);
    EXPECT_EQ(world_.problem(), "");
    EXPECT_EQ(world_.problem(cache), "");
    EXPECT_EQ(cache.orders[0].bytes, 0U);

    faults_.fail_nothing();
    void* const p = world_.stacks().allocate(&cache, bytes);
    EXPECT_NE(p, nullptr);
    EXPECT_EQ(world_.stacks().free(&cache, p, bytes), StackFree::kOk);
    EXPECT_EQ(world_.stacks().flush(cache), StackFree::kOk);
    free_all(direct, bytes);
    EXPECT_TRUE(world_.is_empty());
  }
}

TEST_F(StackFailures, ACacheKeepsWhatThePoolCouldGive) {
  const std::uint64_t bytes = world_.spec().fixed_stack;
  faults_.fail_from_call(1);
  std::vector<void*> taken = drain(nullptr, bytes);
  faults_.fail_nothing();
  for (std::uint64_t total = 0; total < kSpan; total += bytes) {
    taken.push_back(world_.stacks().allocate(nullptr, bytes));
  }
  faults_.fail_from_call(1);
  const std::vector<void*> rest = drain(nullptr, bytes);
  taken.insert(taken.end(), rest.begin(), rest.end());

  void* const back = taken.back();
  taken.pop_back();
  EXPECT_EQ(world_.stacks().free(nullptr, back, bytes), StackFree::kOk);
  StackCache cache{};
  EXPECT_EQ(world_.stacks().allocate(&cache, bytes), back) << "one is less than half a span";
  EXPECT_EQ(world_.stacks().allocate(&cache, bytes), nullptr);
  EXPECT_EQ(world_.problem(cache), "");
  EXPECT_EQ(world_.problem(), "");
  taken.push_back(back);
  free_all(taken, bytes);
  EXPECT_TRUE(world_.is_empty());
}

TEST_F(StackFailures, AnyCallOfTheSystemMayFail) {
  const std::uint64_t small = world_.spec().fixed_stack;
  std::uint32_t failed = 1;
  for (std::uint32_t k = 1; failed != 0; ++k) {
    os::FaultInjectionOs faults(os::native());
    StackWorld world(port::native_spec(), faults);
    faults.fail_call(k);
    StackCache cache{};
    std::vector<std::pair<void*, std::uint64_t>> taken;
    for (const std::uint64_t bytes : {small, kSpan, 8 * kSpan, kBatch, small}) {
      void* p = world.stacks().allocate(&cache, bytes);
      if (p == nullptr) p = world.stacks().allocate(&cache, bytes);
      ASSERT_NE(p, nullptr) << "only one call failed: " << k;
      std::memset(p, 0x5a, static_cast<std::size_t>(bytes));
      taken.emplace_back(p, bytes);
      EXPECT_EQ(world.problem(), "");
    }
    failed = faults.failed_calls();
    faults.fail_nothing();
    for (const auto& [p, bytes] : taken) {
      EXPECT_EQ(world.stacks().free(&cache, p, bytes), StackFree::kOk);
    }
    EXPECT_EQ(world.stacks().flush(cache), StackFree::kOk);
    EXPECT_TRUE(world.is_empty()) << k;
  }
}

TEST(StackHeap, CheckSeesWhatIsBroken) {
  StackWorld world(port::native_spec());
  StackHeap& stacks = world.stacks();
  const std::uint64_t small = world.spec().fixed_stack;
  void* const p = stacks.allocate(nullptr, small);
  void* const q = stacks.allocate(nullptr, kSpan);
  pages::Span* const span = world.span_of(p);
  const auto is_seen_while = [&](auto& field, auto value) {
    const auto right = field;
    field = value;
    const bool is_seen = !world.problem().empty();
    field = right;
    return is_seen;
  };
  EXPECT_EQ(world.problem(), "");
  EXPECT_TRUE(is_seen_while(span->stacks_in_use, 0U));
  EXPECT_TRUE(is_seen_while(span->stacks_in_use, 2U));
  EXPECT_TRUE(is_seen_while(span->free_stacks, static_cast<void*>(nullptr)));
  EXPECT_TRUE(is_seen_while(span->free_stacks, q));
  EXPECT_TRUE(is_seen_while(span->stack_order, std::uint8_t{1}));
  EXPECT_TRUE(is_seen_while(span->stack_order, std::uint8_t{17}));
  EXPECT_TRUE(is_seen_while(world.span_of(q)->stacks_in_use, 0U));
  EXPECT_TRUE(is_seen_while(*static_cast<void**>(span->free_stacks), span->free_stacks))
      << "a circle";

  StackCache cache{};
  void* const r = stacks.allocate(&cache, small);
  EXPECT_EQ(world.problem(cache), "");
  cache.orders[0].bytes += small;
  EXPECT_NE(world.problem(cache), "");
  cache.orders[0].bytes -= 2 * small;
  EXPECT_NE(world.problem(cache), "");
  cache.orders[0].bytes += small;

  EXPECT_EQ(stacks.free(&cache, r, small), StackFree::kOk);
  EXPECT_EQ(stacks.flush(cache), StackFree::kOk);
  EXPECT_EQ(stacks.free(nullptr, p, small), StackFree::kOk);
  EXPECT_EQ(stacks.free(nullptr, q, kSpan), StackFree::kOk);
  EXPECT_TRUE(world.is_empty());
}

TEST(StackHeap, LargeListsHaveAPlaceForEverySizeOfEveryRelease) {
  for (const Release release : {Release::k1_25, Release::k1_26}) {
    port::PortSpec spec = port::native_spec();
    spec.release = release;
    StackWorld world(spec);
    world.stacks().set_collecting(true);
    void* const p = world.stacks().allocate(nullptr, 4 * kSpan);
    EXPECT_EQ(world.stacks().free(nullptr, p, 4 * kSpan), StackFree::kOk);
    EXPECT_EQ(world.problem(), "");
    EXPECT_EQ(world.stacks().allocate(nullptr, 4 * kSpan), p);
    EXPECT_EQ(world.stacks().allocate(nullptr, std::uint64_t{1} << 63), nullptr);
    EXPECT_EQ(world.stacks().free(nullptr, p, 4 * kSpan), StackFree::kOk);
    world.stacks().set_collecting(false);
    EXPECT_TRUE(world.is_empty());
  }
}

// Stacks that are in use, with what was written into them.
class StackModel {
 public:
  void add(void* p, std::uint64_t bytes) {
    ASSERT_NE(p, nullptr);
    const Address base = Address::of(p);
    EXPECT_TRUE(base.is_aligned(std::min(bytes, port::kPageSize)));
    const Range range{base, bytes};
    const auto after = stacks_.lower_bound(base);
    if (after != stacks_.end()) {
      EXPECT_FALSE(range.contains(after->first)) << "overlap";
    }
    if (after != stacks_.begin()) {
      const auto before = std::prev(after);
      EXPECT_FALSE((Range{before->first, before->second.bytes}.contains(base))) << "overlap";
    }
    const auto tag = static_cast<unsigned char>(++serial_);
    std::memset(p, tag, static_cast<std::size_t>(bytes));
    stacks_[base] = {bytes, tag};
    in_use_ += bytes;
  }
  std::pair<void*, std::uint64_t> take(std::size_t i) {
    const auto it = std::next(stacks_.begin(), static_cast<std::ptrdiff_t>(i % stacks_.size()));
    const auto* const bytes = static_cast<const unsigned char*>(it->first.pointer());
    const Stack stack = it->second;
    bool is_untouched = bytes[static_cast<std::size_t>(stack.bytes - 1)] == stack.tag;
    for (std::uint64_t at = 0; at < stack.bytes; at += 61) {
      is_untouched = is_untouched && bytes[static_cast<std::size_t>(at)] == stack.tag;
    }
    EXPECT_TRUE(is_untouched) << "somebody else wrote here";
    const std::pair<void*, std::uint64_t> result{it->first.pointer(), stack.bytes};
    stacks_.erase(it);
    in_use_ -= stack.bytes;
    return result;
  }
  std::size_t size() const { return stacks_.size(); }
  std::uint64_t in_use() const { return in_use_; }

 private:
  struct Stack {
    std::uint64_t bytes;
    unsigned char tag;
  };
  std::map<Address, Stack> stacks_;
  std::uint64_t in_use_ = 0;
  unsigned serial_ = 0;
};

TEST_P(StackTables, NoTwoStacksOverlapAndNoByteIsLostWhateverTheOrder) {
  StackHeap& stacks = world_.stacks();
  std::mt19937 random(17);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  std::vector<std::uint64_t> sizes = cached_sizes();
  for (const std::uint64_t large : {kSpan, 2 * kSpan}) sizes.push_back(large);
  std::array<StackCache, 2> caches{};
  const auto any_cache = [&]() -> StackCache* {
    const std::size_t i = below(caches.size() + 1);
    return i == caches.size() ? nullptr : &caches[i];
  };

  StackModel model;
  std::size_t most = 40;
  for (int step = 0; step < 2000; ++step) {
    if (step % 250 == 0) most = 10 + below(90);
    if (model.size() < below(most)) {
      const std::uint64_t bytes = sizes[below(sizes.size())];
      model.add(stacks.allocate(any_cache(), bytes), bytes);
    } else if (model.size() != 0) {
      const auto [p, bytes] = model.take(random());
      ASSERT_EQ(stacks.free(any_cache(), p, bytes), StackFree::kOk);
    }
    if (below(300) == 0) {
      EXPECT_EQ(stacks.flush(caches[below(caches.size())]), StackFree::kOk);
    }
    if (below(200) == 0) stacks.set_collecting(below(2) == 0);
    for (const StackCache& cache : caches) {
      for (const StackCache::Order& order : cache.orders) ASSERT_LE(order.bytes, kSpan);
    }
    if (step % 50 == 0) {
      ASSERT_EQ(world_.problem(), "");
      ASSERT_EQ(world_.problem(caches[0]), "");
      ASSERT_EQ(world_.problem(caches[1]), "");
      ASSERT_LE(model.in_use(), world_.stack_bytes());
    }
    if (HasFailure()) return;
  }
  while (model.size() != 0) {
    const auto [p, bytes] = model.take(0);
    ASSERT_EQ(stacks.free(any_cache(), p, bytes), StackFree::kOk);
  }
  for (StackCache& cache : caches) EXPECT_EQ(stacks.flush(cache), StackFree::kOk);
  stacks.set_collecting(false);
  EXPECT_TRUE(world_.is_empty());
}

}  // namespace
}  // namespace Atoll::stacks
