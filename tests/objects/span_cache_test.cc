#include "src/objects/span_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "src/objects/span_objects.h"
#include "src/policy.h"
#include "tests/objects/object_world.h"

namespace Atoll::objects {
namespace {

// A span cache with the records of its classes, as a thread's cache has them.
struct Owner {
  explicit Owner(pages::CacheNumber its_number) : number(its_number) {
    spans.init(classes->data());
    spans.set_number(number);
  }
  ClassCache& of(unsigned span_class) { return BySpanClass(classes->data())[span_class]; }

  const pages::CacheNumber number;
  std::unique_ptr<ClassCaches> classes = std::make_unique<ClassCaches>();
  SpanCache spans;
};

class SpanCacheTest : public ::testing::Test {
 protected:
  ~SpanCacheTest() override {
    give_back_all();
    for (Owner* const owner : {&one_, &other_}) {
      Surplus surplus(world_.heap);
      (void)owner->spans.give_back_stock(surplus);
      EXPECT_FALSE(owner->spans.has_stock());
    }
    EXPECT_EQ(world_.pages.check(), "");
    EXPECT_EQ(world_.pages.heap.statistics().spans_in_use, 0U) << "tests free what they take";
  }

  Span* span_of(const void* p) {
    return world_.pages.heap.map().object_span_of(world_.pages.platform.address(p));
  }
  pages::PageRecord record_of(const void* p) {
    const pages::ArenaMap& map = world_.pages.heap.map();
    const Address address = world_.pages.platform.address(p);
    return map.arena(address)->records()[map.page_index(address)].load();
  }

  Span* allocate_span(unsigned span_class) {
    const std::uint64_t npages = world_.sizes->size_class(span_class).npages;
    Span* const span = world_.pages.heap.allocate(npages, pages::PageUse::kObjects);
    if (span == nullptr) ADD_FAILURE() << world_.pages.why();
    return span;
  }
  void note_taken(unsigned span_class, void* object) {
    ASSERT_TRUE(in_use_.insert({span_class, object}).second) << "it is in use already";
    const Span* const span = span_of(object);
    ASSERT_NE(span, nullptr);
    ASSERT_EQ(span->span_class.load(), span_class);
    const Address address = world_.pages.platform.address(object);
    ASSERT_EQ(object_at(*span, index_of(*span, address)), address);
  }
  // Takes `count` objects, and adds spans if there are too few.
  std::vector<void*> take(Owner& owner, unsigned span_class, std::int32_t count) {
    std::vector<void*> taken;
    for (std::int32_t left = count; left > 0;) {
      Surplus surplus(world_.heap);
      Chain chain = owner.spans.take(world_.heap, span_class, left, surplus);
      if (chain.count == 0) {
        Span* const span = allocate_span(span_class);
        if (span == nullptr) break;
        owner.spans.add(world_.heap, span_class, span);
      }
      left -= static_cast<std::int32_t>(chain.count);
      for (; chain.count > 0; --chain.count, chain.first = chain.first->next) {
        note_taken(span_class, chain.first);
        taken.push_back(chain.first);
        EXPECT_EQ(record_of(chain.first), pages::PageRecord(owner.number, list_offset(span_class)));
      }
      EXPECT_EQ(chain.first, &end_of_list);
    }
    return taken;
  }
  // Takes an object of a span that no cache holds.
  void* take_shared(unsigned span_class) {
    Central& central = world_.heap.centrals[span_class];
    void* object = central.take_shared(world_.heap);
    if (object == nullptr) {
      Span* const span = allocate_span(span_class);
      if (span == nullptr) return nullptr;
      object = central.take_shared(world_.heap, span);
    }
    note_taken(span_class, object);
    EXPECT_EQ(span_of(object)->holder.load(), nullptr);
    return object;
  }
  // Takes a chain that the central list keeps.
  void take_chain(unsigned span_class) {
    Chain chain = world_.heap.centrals[span_class].take_chain(world_.heap);
    for (; chain.count > 0; --chain.count, chain.first = chain.first->next) {
      note_taken(span_class, chain.first);
    }
  }

  // Links the objects in their order, with `behind` at the end.
  static FreeObject* link(const std::vector<void*>& objects, FreeObject* behind) {
    FreeObject* first = behind;
    for (std::size_t i = objects.size(); i-- > 0;) {
      auto* const object = static_cast<FreeObject*>(objects[i]);
      object->next = first;
      first = object;
    }
    return first;
  }
  void settle(Owner& owner, unsigned span_class, const std::vector<void*>& objects,
              Others others = Others::kFree) {
    for (void* const object : objects) ASSERT_EQ(in_use_.erase({span_class, object}), 1U);
    FreeObject behind{};
    Surplus surplus(world_.heap);
    ClassCache& its = owner.of(span_class);
    its.freed += objects.size();
    const std::uint64_t freed = its.freed;
    const auto count = static_cast<std::uint32_t>(objects.size());
    EXPECT_EQ(owner.spans.settle(world_.heap, span_class, {link(objects, &behind), count}, others,
                                 surplus),
              &behind);
    EXPECT_EQ(its.freed, freed);
    EXPECT_TRUE(world_.reports.empty());
  }
  // Picks some objects of the class that are in use.
  std::vector<void*> pick(unsigned span_class, std::size_t most, std::mt19937& random) {
    std::vector<void*> all;
    for (const auto& [its_class, object] : in_use_) {
      if (its_class == span_class) all.push_back(object);
    }
    std::shuffle(all.begin(), all.end(), random);
    all.resize(std::min(all.size(), most));
    return all;
  }
  void settle_all(Owner& owner) {
    std::mt19937 random(1);
    for (unsigned i = 2; i < world_.sizes->num_span_classes(); ++i) {
      const std::vector<void*> objects = pick(i, in_use_.size(), random);
      if (!objects.empty()) settle(owner, i, objects);
    }
  }

  // Gives all chains and spans of the owners back to the central lists, but not their stock.
  void give_back_all() {
    for (unsigned i = 0; i < world_.sizes->num_span_classes(); ++i) {
      world_.heap.centrals[i].free_kept_chains(world_.heap);
      for (Owner* const owner : {&one_, &other_}) {
        Surplus surplus(world_.heap);
        owner->spans.give_back_all(world_.heap, i, surplus);
      }
    }
  }
  void sweep_all() {
    for (unsigned i = 0; i < world_.sizes->num_span_classes(); ++i) {
      while (world_.heap.centrals[i].sweep_one(world_.heap)) {
      }
    }
  }

  // Runs a collection that finds half of the objects alive. Spans are swept when an owner needs
  // them.
  void collect_half(std::mt19937& random) {
    give_back_all();
    sweep_all();
    world_.heap.may_have_marks = true;
    std::erase_if(in_use_, [&](const auto& use) {
      if (random() % 2 == 0) return true;
      const Span* const span = span_of(use.second);
      const std::uint64_t index = index_of(*span, world_.pages.platform.address(use.second));
      word_of(span->mark_bits, index).fetch_or(mask_of(index));
      return false;
    });
    world_.heap.sweep_generation.fetch_add(1);
    for (unsigned i = 0; i < world_.sizes->num_span_classes(); ++i) {
      world_.heap.centrals[i].begin_sweep();
    }
  }

  void expect_held(Owner& owner, unsigned span_class) {
    const HeldSpans& held = owner.of(span_class).held;
    std::uint32_t count = 0;
    for (const List<Span>* list : {&held.usable, &held.full}) {
      for (const Span* span = list->first(); span != nullptr; span = span->next, ++count) {
        ASSERT_TRUE(held.has(*span));
      }
    }
    ASSERT_EQ(held.count, count);
  }

  ObjectWorld world_;
  Owner one_{pages::CacheNumber().next()};
  Owner other_{one_.number.next()};
  std::set<std::pair<unsigned, void*>> in_use_;
};

TEST_F(SpanCacheTest, GivesNoObjectToTwo) {
  constexpr std::array<unsigned, 4> kUsed = {5, 17, 40, 91};
  std::mt19937 random(1);
  world_.heap.options.most_stocked = 128 << 10;
  for (unsigned step = 0; step < 600; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    if (step % 100 == 99) collect_half(random);
    const unsigned span_class = kUsed[random() % kUsed.size()];
    Owner& owner = random() % 2 == 0 ? one_ : other_;
    const auto batch = static_cast<std::uint32_t>(world_.sizes->batch(span_class));
    switch (random() % 9) {
      case 0:
      case 1:
      case 2:
        (void)take(owner, span_class, static_cast<std::int32_t>(1 + random() % batch));
        break;
      case 3:
        take_chain(span_class);
        break;
      case 4:
        settle(owner, span_class, pick(span_class, random() % 300, random));
        break;
      case 5:
      case 6:
        settle(owner, span_class, pick(span_class, batch, random), Others::kPassOn);
        break;
      case 7:
        (void)take_shared(span_class);
        break;
      default: {
        Surplus surplus(world_.heap);
        if (random() % 2 == 0) {
          owner.spans.give_back_free(world_.heap, surplus);
          EXPECT_FALSE(owner.spans.has_stock());
        } else {
          owner.spans.give_back_all(world_.heap, span_class, surplus);
          EXPECT_EQ(owner.of(span_class).held.count, 0U);
        }
      }
    }
    expect_held(one_, span_class);
    expect_held(other_, span_class);
    if (HasFailure()) break;
  }
  settle_all(one_);
  sweep_all();
}

TEST_F(SpanCacheTest, TakesFromOneSpanInTheOrderOfAddresses) {
  const unsigned span_class = 17;
  const auto count = static_cast<std::int32_t>(world_.sizes->object_count(span_class));
  const std::vector<void*> all = take(one_, span_class, count);
  const Span* const span = span_of(all[0]);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(world_.pages.platform.address(all[i]), object_at(*span, i));
  }
  EXPECT_EQ(one_.of(span_class).held.count, 1U);
  settle_all(one_);
  EXPECT_EQ(take(one_, span_class, count), all) << "one empty span of each class stays";
  settle_all(one_);
}

TEST_F(SpanCacheTest, LeavesSpansThatAllMayShare) {
  const unsigned span_class = 17;
  const unsigned count = world_.sizes->object_count(span_class);
  // The owner has looked at the first objects of the span, and has taken one.
  const Span* const span = span_of(take(one_, span_class, 1)[0]);
  {
    Surplus surplus(world_.heap);
    one_.spans.give_back_all(world_.heap, span_class, surplus);
  }
  for (unsigned i = 1; i < count; ++i) {
    EXPECT_EQ(span_of(take_shared(span_class)), span) << "the rest of it comes first";
  }
  EXPECT_NE(span_of(take_shared(span_class)), span) << "it is full";
  EXPECT_EQ(span_of(take_shared(span_class)), span_of(take_shared(span_class)));
  settle_all(one_);
}

// Sweeping frees objects that lie before those that were taken last.
TEST_F(SpanCacheTest, SharesWhatWasSweptFromItsBeginningOn) {
  const unsigned span_class = 5;
  const unsigned count = world_.sizes->object_count(span_class);
  ASSERT_GT(count, 64U);
  const Span* const span = span_of(take_shared(span_class));
  for (unsigned i = 1; i < count; ++i) ASSERT_EQ(span_of(take_shared(span_class)), span);
  const unsigned last = count - 1;
  word_of(span->mark_bits, last).fetch_or(mask_of(last));
  void* const lives = world_.pages.platform.pointer(object_at(*span, last));
  in_use_ = {{span_class, lives}};
  world_.heap.may_have_marks = true;
  world_.heap.sweep_generation.fetch_add(1);
  Central& central = world_.heap.centrals[span_class];
  central.begin_sweep();
  EXPECT_TRUE(central.sweep_one(world_.heap));
  for (unsigned i = 0; i < last; ++i) {
    ASSERT_EQ(span_of(take_shared(span_class)), span);
  }
  EXPECT_EQ(central.take_shared(world_.heap), nullptr) << "it is full";
  settle_all(one_);
}

TEST_F(SpanCacheTest, CollectsWhatOthersFreeInItsSpans) {
  const unsigned span_class = 17;
  const auto count = static_cast<std::int32_t>(world_.sizes->object_count(span_class));
  const std::vector<void*> all = take(one_, span_class, count);
  settle(other_, span_class, all);
  EXPECT_EQ(other_.of(span_class).held.count, 0U) << "it is held by another one";
  EXPECT_EQ(span_of(all[0])->freed_count.load(), count);
  EXPECT_EQ(take(one_, span_class, count), all);
  settle_all(one_);
}

TEST_F(SpanCacheTest, PassesOnWhatLiesInSpansOfOthersAndHoldsWhatNobodyDoes) {
  const unsigned span_class = 17;
  const std::vector<void*> all = take(one_, span_class, 8);
  settle(other_, span_class, {all.begin(), all.begin() + 4}, Others::kPassOn);
  EXPECT_EQ(world_.heap.centrals[span_class].chained_count(), 4U);
  {
    Surplus surplus(world_.heap);
    one_.spans.give_back_all(world_.heap, span_class, surplus);
  }
  settle(other_, span_class, {all[4]}, Others::kPassOn);
  EXPECT_EQ(other_.of(span_class).held.count, 1U);
  EXPECT_TRUE(other_.of(span_class).held.has(*span_of(all[0])));
  EXPECT_EQ(record_of(all[0]), pages::PageRecord(other_.number, list_offset(span_class)));
  settle_all(other_);
}

TEST_F(SpanCacheTest, HoldsNoMoreOfAClassThanItMay) {
  const unsigned span_class = 91;
  const std::uint64_t span_bytes = world_.sizes->size_class(span_class).span_bytes();
  const auto spans = static_cast<std::int32_t>(policy::kMostHeldBytes / span_bytes);
  const std::int32_t per_span = world_.sizes->object_count(span_class);
  const std::vector<void*> first = take(one_, span_class, per_span);
  (void)take(one_, span_class, (spans + 5) * per_span);
  EXPECT_LE(one_.of(span_class).held.count * span_bytes, policy::kMostHeldBytes + span_bytes);
  EXPECT_FALSE(one_.of(span_class).held.has(*span_of(first[0]))) << "it was full for longest";
  settle_all(one_);
}

TEST_F(SpanCacheTest, KeepsEmptySpansInStockAsFarAsItMay) {
  const unsigned span_class = 17;
  const std::int32_t per_span = world_.sizes->object_count(span_class);
  const std::uint64_t bytes = world_.sizes->size_class(span_class).span_bytes();
  for (const std::uint64_t most : {std::uint64_t{0}, 16 * bytes}) {
    world_.heap.options.most_stocked = most;
    (void)take(one_, span_class, 4 * per_span);
    settle_all(one_);
    EXPECT_EQ(one_.spans.has_stock(), most != 0);
    EXPECT_EQ(world_.pages.heap.statistics().spans_in_use, most != 0 ? 4U : 1U);
  }
  EXPECT_EQ(one_.spans.take_stock(bytes / port::kPageSize + 1), nullptr);
  Span* const span = one_.spans.take_stock(bytes / port::kPageSize);
  ASSERT_NE(span, nullptr);
  EXPECT_TRUE(span->needs_zero);
  Surplus surplus(world_.heap);
  List<Span> spans;
  spans.push_back(span);
  one_.spans.put_in_stock(world_.heap, spans, surplus);
  EXPECT_TRUE(spans.empty());
  one_.spans.give_back_free(world_.heap, surplus);
  EXPECT_FALSE(one_.spans.has_stock());
}

TEST_F(SpanCacheTest, TakesOneByOneWhereItIsCareful) {
  const unsigned span_class = 17;
  world_.heap.options.checked = true;
  one_.spans.set_number(pages::CacheNumber());
  std::vector<void*> taken;
  for (unsigned i = 0; i < 10; ++i) {
    Surplus surplus(world_.heap);
    void* object = one_.spans.take_one(world_.heap, span_class, surplus);
    if (object == nullptr) {
      ASSERT_EQ(i, 0U) << "there are more in the span";
      Span* const span = allocate_span(span_class);
      ASSERT_NE(span, nullptr);
      one_.spans.add(world_.heap, span_class, span);
      object = one_.spans.take_one(world_.heap, span_class, surplus);
    }
    note_taken(span_class, object);
    taken.push_back(object);
    EXPECT_EQ(count_taken(*span_of(object)), i + 1);
    EXPECT_EQ(record_of(object), pages::PageRecord());
  }
  EXPECT_EQ(one_.of(span_class).allocated, 10U);
  settle_all(one_);
}

TEST_F(SpanCacheTest, ReportsWhatIsFreedTwiceAndDoesNotCountIt) {
  const unsigned span_class = 17;
  std::vector<void*> objects = take(one_, span_class, 4);
  in_use_.clear();
  ClassCache& its = one_.of(span_class);
  Surplus surplus(world_.heap);
  // The second object is its own successor: the objects behind it are lost.
  auto* const second = static_cast<FreeObject*>(objects[1]);
  static_cast<FreeObject*>(objects[0])->next = second;
  second->next = second;
  its.freed = 4;
  EXPECT_EQ(one_.spans.settle(world_.heap, span_class, {static_cast<FreeObject*>(objects[0]), 4},
                              Others::kFree, surplus),
            &end_of_list);
  EXPECT_EQ(its.freed, 2U);
  EXPECT_EQ(world_.reports, std::vector{CorruptionKind::kDoubleFree});
  // Frees the first object again, and the others.
  its.freed += 3;
  FreeObject* const chain = link({objects[2], objects[0], objects[3]}, &end_of_list);
  EXPECT_EQ(one_.spans.settle(world_.heap, span_class, {chain, 3}, Others::kFree, surplus),
            &end_of_list);
  EXPECT_EQ(its.freed, 4U);
  EXPECT_EQ(world_.reports.size(), 2U);
}

}  // namespace
}  // namespace Atoll::objects
