#include "src/objects/free_lists.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "os/decorators/forward.h"
#include "os/os.h"
#include "src/policy.h"
#include "src/port/native.h"

namespace Atoll::objects {
namespace {

class ListClock final : public os::ForwardOs {
 public:
  ListClock() : ForwardOs(os::native()) {}
  std::uint64_t monotonic_nanoseconds() override { return now; }

  std::uint64_t now = 1000;
};

// A few lists, and a model of the objects on each. The test makes its objects up.
class FreeListsTest : public ::testing::Test {
 protected:
  static constexpr std::array<unsigned, 4> kUsed = {5, 8, 21, 90};

  FreeListsTest() : platform_{clock_, clock_.probe(), port::native_spec()} {
    sizes_->init(platform_.spec, {});
    heap_.platform = &platform_;
    heap_.sizes = sizes_.get();
    heap_.options.most_listed = 1 << 20;
    lists_->init(classes_->data());
    for (const unsigned list : kUsed) count(list);
  }

  const ListAccount& account(unsigned list) const {
    return BySpanClass(classes_->data())[list].list;
  }
  const ClassCache& figures(unsigned list) const { return BySpanClass(classes_->data())[list]; }

  void count(unsigned list) { lists_->count(heap_, list); }
  // Does what a cache does with a list that must be counted. Returns how many objects the list
  // gave.
  std::int32_t overflow(unsigned list) {
    count(list);
    (void)lists_->note_overflow();
    if (!lists_->is_too_long(list)) return 0;
    const std::int32_t excess = lists_->lengthen(heap_, list);
    give(list, excess);
    return excess;
  }
  void push(unsigned list) {
    FreeObject* const object = &objects_.emplace_back();
    model_[list].push_back(object);
    ++pushed_[list];
    if (!(*lists_)[list].push(object)) (void)overflow(list);
  }
  void pop(unsigned list) {
    void* const object = (*lists_)[list].pop();
    std::vector<FreeObject*>& model = model_[list];
    ASSERT_EQ(object, model.empty() ? nullptr : model.back());
    if (model.empty()) return;
    model.pop_back();
    ++popped_[list];
  }
  void fill(unsigned list) {
    count(list);
    ASSERT_TRUE((*lists_)[list].empty());
    Chain chain{&end_of_list, 0};
    for (std::int32_t i = lists_->next_refill(heap_, list); i > 0; --i) {
      FreeObject* const object = &objects_.emplace_back(FreeObject{chain.first});
      chain = {object, chain.count + 1};
      model_[list].push_back(object);
    }
    lists_->fill(list, chain);
  }
  void fill_with_one(unsigned list) {
    count(list);
    ASSERT_TRUE((*lists_)[list].empty());
    FreeObject* const object = &objects_.emplace_back(FreeObject{&end_of_list});
    model_[list].push_back(object);
    lists_->fill(list, {object, 1});
  }
  // Gives the first objects of the list.
  void give(unsigned list, std::int32_t how_many) {
    Chain chain = lists_->begin_give(list, how_many);
    ASSERT_EQ(chain.count, static_cast<std::uint32_t>(how_many));
    for (; chain.count > 0; --chain.count, chain.first = chain.first->next) {
      ASSERT_EQ(chain.first, model_[list].back());
      model_[list].pop_back();
    }
    ASSERT_EQ(lists_->end_give(list, chain.first), 0U);
  }
  std::int32_t shorten(unsigned list, std::int32_t needed, std::int32_t most) {
    count(list);
    const std::int32_t excess = lists_->shorten(heap_, list, needed, most);
    give(list, excess);
    lists_->grant(heap_, list);
    return excess;
  }

  void expect_good() {
    std::size_t bytes = 0;
    std::vector<unsigned> is_long;
    for (const unsigned list : kUsed) {
      ASSERT_EQ(lists_->listed_count(list), static_cast<std::int32_t>(model_[list].size()));
      ASSERT_EQ(figures(list).freed + static_cast<std::uint64_t>(lists_->freed_count(list)),
                pushed_[list]);
      ASSERT_EQ(
          figures(list).allocated + static_cast<std::uint64_t>((*lists_)[list].allocated.get()),
          popped_[list]);
      const std::int32_t more = account(list).limit - account(list).first_limit;
      ASSERT_GE(more, 0);
      bytes += static_cast<std::size_t>(more) * sizes_->size_class(list).size;
      if (more > 0) is_long.push_back(list);
    }
    ASSERT_EQ(heap_.listed_bytes.load(), bytes);
    ASSERT_LE(bytes, heap_.most_listed_now());
    std::vector<unsigned> told;
    lists_->for_each_long([&](unsigned list) { told.push_back(list); });
    ASSERT_EQ(told, is_long);
    ASSERT_EQ(lists_->has_long(), !is_long.empty());
  }

  std::uint64_t delay_ = 100;
  ListClock clock_;
  Platform platform_;
  std::unique_ptr<SizeTable> sizes_ = std::make_unique<SizeTable>();
  ObjectHeap heap_;
  std::unique_ptr<std::array<ClassCache, kMaxSpanClasses>> classes_ =
      std::make_unique<std::array<ClassCache, kMaxSpanClasses>>();
  std::unique_ptr<FreeLists> lists_ = std::make_unique<FreeLists>();

  std::deque<FreeObject> objects_;
  std::map<unsigned, std::vector<FreeObject*>> model_;  // the list's first object is the last here
  std::map<unsigned, std::uint64_t> pushed_;
  std::map<unsigned, std::uint64_t> popped_;
};

TEST_F(FreeListsTest, HaveWhatTheirModelHas) {
  std::mt19937 random(1);
  for (unsigned step = 0; step < 3000; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    const unsigned list = kUsed[random() % kUsed.size()];
    const auto times = static_cast<unsigned>(random() % 200);
    switch (random() % 8) {
      case 0:
      case 1:
      case 2:
        for (unsigned i = 0; i < times; ++i) push(list);
        break;
      case 3:
      case 4:
        for (unsigned i = 0; i < times; ++i) pop(list);
        break;
      case 5:
        while (!model_[list].empty()) pop(list);
        fill(list);
        break;
      case 6:
        count(list);
        give(list, static_cast<std::int32_t>(model_[list].size() / 2));
        break;
      default: {
        const std::int32_t needed = lists_->first_limit(list) + static_cast<std::int32_t>(times);
        const auto before = static_cast<std::int32_t>(model_[list].size());
        const std::int32_t given = shorten(list, needed, 300);
        ASSERT_EQ(given, std::clamp(before - needed, 0, 300));
        ASSERT_LE(account(list).limit, std::max(needed, before - given));
      }
    }
    expect_good();
    if (HasFatalFailure()) return;
  }
  lists_->forget_limits(heap_);
  EXPECT_FALSE(lists_->has_long());
  EXPECT_EQ(heap_.listed_bytes.load(), 0U);
  for (const unsigned list : kUsed) {
    count(list);
    const Chain all = lists_->give_all(list);
    EXPECT_EQ(all.count, model_[list].size());
    EXPECT_TRUE((*lists_)[list].empty());
    EXPECT_EQ(lists_->listed_count(list), 0);
  }
}

TEST_F(FreeListsTest, AreCountedWhenTheyMayBeTooLongAndNotMuchSooner) {
  const unsigned list = kUsed[0];
  const std::int32_t limit = lists_->first_limit(list);
  FreeObject object{};
  for (std::int32_t i = 0; i < limit; ++i) ASSERT_TRUE((*lists_)[list].push(&object));
  EXPECT_FALSE((*lists_)[list].push(&object));
  count(list);
  EXPECT_TRUE(lists_->is_too_long(list));
}

TEST_F(FreeListsTest, ShareWhatTheyMayHaveBeyondTheirFirstLimits) {
  const unsigned list = kUsed[1];
  const std::uint32_t size = sizes_->size_class(list).size;
  const std::int32_t first_limit = lists_->first_limit(list);
  heap_.listed_bytes = heap_.options.most_listed - 10 * size;
  for (std::int32_t i = 0; i < first_limit + 10; ++i) push(list);
  EXPECT_EQ(overflow(list), 0);
  EXPECT_EQ(account(list).limit, first_limit + 10);
  EXPECT_EQ(heap_.listed_bytes.load(), heap_.options.most_listed);
  push(list);
  EXPECT_EQ(overflow(list), 1) << "there is no room for one more";
  EXPECT_EQ(shorten(list, first_limit, 4), 4);
  EXPECT_EQ(account(list).limit, first_limit + 6);
  EXPECT_EQ(heap_.listed_bytes.load(), heap_.options.most_listed - 4 * size);
}

TEST_F(FreeListsTest, OnTrialKeepHardlyAnythingUntilTheirClassIsUsed) {
  heap_.set_cache_count(policy::kManyCaches << policy::kTrialHalvings);
  for (const unsigned list : {30U, 100U}) {
    const auto kept = static_cast<std::size_t>(sizes_->objects_in(policy::kOnTrial, list));
    EXPECT_EQ(kept, list == 30 ? 1U : 0U);
    count(list);
    EXPECT_TRUE(lists_->is_on_trial(list));
    for (std::uint64_t uses = 0; uses < policy::kTrialUses; uses += 2) {
      if (model_[list].empty()) fill_with_one(list);
      pop(list);
      push(list);
      ASSERT_TRUE(lists_->is_on_trial(list));
      ASSERT_EQ(model_[list].size(), kept);
    }
    count(list);
    count(list);  // uses that were counted before
    EXPECT_FALSE(lists_->is_on_trial(list));
    EXPECT_GT(lists_->next_refill(heap_, list), 0);
  }
}

TEST_F(FreeListsTest, OnTrialKeepNoMoreWhereTheyWereEmptiedBefore) {
  heap_.set_cache_count(policy::kManyCaches << policy::kTrialHalvings);
  const unsigned list = 30;
  count(list);
  for (unsigned i = 0; i < 4; ++i) {
    push(list);
    ASSERT_EQ(model_[list].size(), 1U);
    pop(list);
  }
  for (unsigned i = 0; i < 8; ++i) {
    push(list);
    ASSERT_EQ(model_[list].size(), 1U);
  }
  EXPECT_TRUE(lists_->is_on_trial(list));
}

TEST_F(FreeListsTest, AreFilledWithTwiceAsManyEachTime) {
  const unsigned list = kUsed[0];
  std::int32_t last = lists_->next_refill(heap_, list);
  EXPECT_EQ(last, policy::kFirstRefillObjects);
  while (last * 2 <= sizes_->batch(list)) {
    const std::int32_t next = lists_->next_refill(heap_, list);
    ASSERT_EQ(next, last * 2);
    last = next;
  }
  EXPECT_EQ(lists_->next_refill(heap_, list), sizes_->batch(list));
}

TEST_F(FreeListsTest, AreLookedAtOnceInAWhile) {
  for (unsigned i = 1; i < policy::kCountsPerLook; ++i) EXPECT_FALSE(lists_->note_overflow());
  EXPECT_TRUE(lists_->note_overflow());
  EXPECT_TRUE(lists_->is_look_due());
  EXPECT_FALSE(lists_->begin_look(clock_, delay_).has_value()) << "no list is long";
  EXPECT_FALSE(lists_->is_look_due());

  const unsigned list = kUsed[2];
  const std::int32_t first_limit = lists_->first_limit(list);
  while (account(list).limit < first_limit + 20) push(list);
  ASSERT_EQ(lists_->begin_look(clock_, delay_), clock_.now);
  EXPECT_EQ(lists_->needed(list), first_limit) << "nothing was allocated";
  lists_->end_look(clock_.now, delay_);
  clock_.now += delay_ - 1;
  EXPECT_FALSE(lists_->begin_look(clock_, delay_).has_value()) << "it is too early";
  ++clock_.now;
  for (std::int32_t i = 0; i < first_limit + 2; ++i) pop(list);
  EXPECT_EQ(lists_->begin_look(clock_, delay_), clock_.now);
  EXPECT_EQ(lists_->needed(list), first_limit + 2);
  while (!model_[list].empty()) pop(list);
  EXPECT_FALSE(lists_->needed(list).has_value()) << "all of it was used";
  delay_ = pages::Options::kNeverScavenge;
  EXPECT_FALSE(lists_->begin_look(clock_, delay_).has_value());
}

TEST_F(FreeListsTest, KnowWhatADoubleFreeHasCutOff) {
  const unsigned list = kUsed[0];
  for (int i = 0; i < 5; ++i) push(list);
  FreeList& its = (*lists_)[list];
  EXPECT_FALSE(its.was_first_freed_twice());
  (void)its.push(model_[list].back());
  EXPECT_TRUE(its.was_first_freed_twice());
  EXPECT_EQ(its.pop(), nullptr);
  count(list);
  EXPECT_EQ(lists_->cut_behind_first(list), 5U);
  EXPECT_EQ(lists_->listed_count(list), 1);
  EXPECT_EQ(its.pop(), model_[list].back());
  EXPECT_TRUE(its.empty());

  // A caller that takes objects off the list finds the end too early.
  for (int i = 0; i < 5; ++i) push(list);
  count(list);
  EXPECT_EQ(lists_->begin_give(list, 3).count, 3U);
  EXPECT_EQ(lists_->end_give(list, &end_of_list), 2U);
  EXPECT_EQ(lists_->listed_count(list), 0);
}

}  // namespace
}  // namespace Atoll::objects
