#include "src/objects/special.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "os/os.h"
#include "src/base/memory_kind.h"

namespace Atoll::objects {
namespace {

using pages::Span;

void finalize(void* object, void* argument) { *static_cast<void**>(argument) = object; }
void finalize_otherwise(void*, void*) {}

constexpr SpecialKind kFinalizer = SpecialKind::kFinalizer;
constexpr SpecialKind kProfile = SpecialKind::kProfile;

class SpecialTest : public ::testing::Test {
 protected:
  SpecialTest() : faults_(os::native()), platform_{faults_, faults_.probe(), port::native_spec()} {
    memory_.init(platform_, counters_);
    records_.init(platform_, memory_);
  }
  ~SpecialTest() override {
    EXPECT_EQ(records_.in_use(), 0U) << "a test gives back what it takes";
    memory_.release_all();
  }

  // The records on the span's list, in its order.
  using Place = std::pair<std::uint64_t, SpecialKind>;
  static std::vector<Place> places(const Span& span) {
    std::vector<Place> all;
    for (const Special* s = span.specials; s != nullptr; s = s->next) {
      all.emplace_back(s->offset, s->kind);
    }
    return all;
  }

  // The buckets that remove_all() passed to its callback.
  std::vector<void*> told_;
  static void tell(void* context, void* bucket) {
    static_cast<SpecialTest*>(context)->told_.push_back(bucket);
  }
  void remove_all(Span& span, std::uint64_t offset) {
    records_.remove_all(&span, offset, tell, this);
  }

  os::FaultInjectionOs faults_;
  Platform platform_;
  MemoryCounters counters_;
  PersistentAlloc memory_;
  SpecialRecords records_;
  int variable_ = 0;
  int other_variable_ = 0;
};

TEST_F(SpecialTest, RecordsAreSortedByOffsetAndKind) {
  Span span;
  EXPECT_TRUE(records_.add_profile(&span, 64, &variable_));
  EXPECT_TRUE(records_.add_finalizer(&span, 128, finalize, nullptr));
  EXPECT_TRUE(records_.add_finalizer(&span, 64, finalize, nullptr));
  EXPECT_TRUE(records_.add_profile(&span, 0, nullptr));
  EXPECT_TRUE(records_.add_finalizer(&span, 96, finalize, nullptr));
  EXPECT_EQ(
      places(span),
      (std::vector<Place>{
          {0, kProfile}, {64, kFinalizer}, {64, kProfile}, {96, kFinalizer}, {128, kFinalizer}}));
  EXPECT_EQ(records_.in_use(), 5U);
  for (const std::uint64_t offset : {0U, 64U, 96U, 128U}) remove_all(span, offset);
  EXPECT_EQ(span.specials, nullptr);
  EXPECT_EQ(told_, (std::vector<void*>{nullptr, &variable_}));
}

TEST_F(SpecialTest, AnObjectHasOneRecordOfEachKind) {
  Span span;
  EXPECT_TRUE(records_.add_finalizer(&span, 8, finalize, &variable_));
  EXPECT_FALSE(records_.add_finalizer(&span, 8, finalize_otherwise, nullptr));
  EXPECT_TRUE(records_.add_profile(&span, 8, &variable_));
  EXPECT_FALSE(records_.add_profile(&span, 8, &other_variable_));
  EXPECT_EQ(records_.in_use(), 2U);

  const Special* const special = records_.find(&span, 8, kFinalizer);
  ASSERT_NE(special, nullptr);
  EXPECT_EQ(static_cast<const FinalizerSpecial*>(special)->function, finalize) << "the first stays";
  EXPECT_EQ(static_cast<const FinalizerSpecial*>(special)->argument, &variable_);
  const Special* const profile = records_.find(&span, 8, kProfile);
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(static_cast<const ProfileSpecial*>(profile)->bucket, &variable_);
  EXPECT_EQ(records_.find(&span, 16, kFinalizer), nullptr);
  EXPECT_EQ(records_.find(&span, 0, kFinalizer), nullptr);

  Span elsewhere;
  EXPECT_EQ(records_.find(&elsewhere, 8, kFinalizer), nullptr);
  EXPECT_FALSE(records_.remove(&elsewhere, 8, kFinalizer));

  EXPECT_TRUE(records_.remove(&span, 8, kFinalizer));
  EXPECT_FALSE(records_.remove(&span, 8, kFinalizer));
  EXPECT_EQ(records_.find(&span, 8, kFinalizer), nullptr);
  EXPECT_NE(records_.find(&span, 8, kProfile), nullptr);
  EXPECT_TRUE(records_.add_finalizer(&span, 8, finalize_otherwise, nullptr)) << "it may have a new";
  remove_all(span, 8);
}

TEST_F(SpecialTest, RemovingAllDropsTheFinalizerAndTellsTheBucketOfThisObjectOnly) {
  Span span;
  for (const std::uint64_t offset : {16U, 32U, 48U}) {
    EXPECT_TRUE(records_.add_finalizer(&span, offset, finalize, nullptr));
    EXPECT_TRUE(records_.add_profile(&span, offset, offset == 32 ? &variable_ : nullptr));
  }
  remove_all(span, 32);
  remove_all(span, 33);
  EXPECT_EQ(told_, std::vector<void*>{&variable_});
  EXPECT_EQ(places(span), (std::vector<Place>{
                              {16, kFinalizer}, {16, kProfile}, {48, kFinalizer}, {48, kProfile}}));
  records_.remove_all(&span, 16, nullptr, nullptr);
  remove_all(span, 48);
  EXPECT_EQ(told_.size(), 2U);
  DueFinalizer due;
  EXPECT_FALSE(records_.take_due(&due)) << "explicit free runs no finalizer";
}

TEST_F(SpecialTest, TheBucketIsToldWithoutALock) {
  Span span;
  struct Context {
    SpecialRecords* records;
    Span* span;
    bool found;
  } context{&records_, &span, true};
  EXPECT_TRUE(records_.add_profile(&span, 0, nullptr));
  records_.remove_all(
      &span, 0,
      [](void* c, void*) {
        auto* const mine = static_cast<Context*>(c);
        mine->found = mine->records->find(mine->span, 0, kProfile) != nullptr;
      },
      &context);
  EXPECT_FALSE(context.found) << "and the record is off the list by then";
}

TEST_F(SpecialTest, ASweeperFindsTheObjectsThatHaveRecordsOneAfterTheOther) {
  Span span;
  EXPECT_EQ(records_.next_offset(&span, 0), std::nullopt);
  for (const std::uint64_t offset : {0U, 24U, 80U}) {
    EXPECT_TRUE(records_.add_finalizer(&span, offset, finalize, &variable_));
    EXPECT_TRUE(records_.add_profile(&span, offset, nullptr));
  }
  EXPECT_EQ(records_.next_offset(&span, 0), 0U);
  EXPECT_EQ(records_.next_offset(&span, 1), 24U);
  EXPECT_EQ(records_.next_offset(&span, 24), 24U);
  EXPECT_EQ(records_.next_offset(&span, 25), 80U);
  EXPECT_EQ(records_.next_offset(&span, 81), std::nullopt);

  FinalizerSpecial* const taken = records_.take_finalizer(&span, 24);
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->offset, 24U);
  EXPECT_EQ(taken->argument, &variable_);
  EXPECT_EQ(records_.take_finalizer(&span, 24), nullptr);
  EXPECT_EQ(records_.next_offset(&span, 1), 24U) << "its profile record stays";
  EXPECT_EQ(records_.in_use(), 6U) << "a taken record still is one";
  records_.free(taken);
  EXPECT_EQ(records_.in_use(), 5U);

  std::vector<Place> taken_in_order;
  while (Special* const special = records_.take(&span, 24)) {
    taken_in_order.emplace_back(special->offset, special->kind);
    records_.free(special);
  }
  EXPECT_EQ(taken_in_order, (std::vector<Place>{{24, kProfile}, {80, kFinalizer}, {80, kProfile}}));
  remove_all(span, 0);
}

TEST_F(SpecialTest, FinalizersBecomeDueInTurnAndNeedNoMemoryForIt) {
  Span span;
  constexpr std::size_t kCount = 5;
  std::array<int, kCount> objects{};
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_TRUE(records_.add_finalizer(&span, 8 * i, finalize, &objects[i]));
  }
  faults_.fail_from_call(1);
  for (const std::size_t i : {3U, 0U, 4U}) {
    records_.queue(records_.take_finalizer(&span, 8 * i), &objects[i]);
  }
  EXPECT_EQ(records_.in_use(), kCount);

  std::vector<void*> seen;
  records_.for_each_due(
      [](void* context, void* object) {
        static_cast<std::vector<void*>*>(context)->push_back(object);
      },
      &seen);
  EXPECT_EQ(seen, (std::vector<void*>{&objects[3], &objects[0], &objects[4]}));

  DueFinalizer due;
  ASSERT_TRUE(records_.take_due(&due));
  EXPECT_EQ(due.object, &objects[3]);
  EXPECT_EQ(due.argument, &objects[3]);
  EXPECT_EQ(due.function, finalize);
  ASSERT_TRUE(records_.take_due(&due));
  EXPECT_EQ(due.object, &objects[0]);
  records_.queue(records_.take_finalizer(&span, 8), &objects[1]);
  ASSERT_TRUE(records_.take_due(&due));
  EXPECT_EQ(due.object, &objects[4]);
  ASSERT_TRUE(records_.take_due(&due));
  EXPECT_EQ(due.object, &objects[1]);
  EXPECT_FALSE(records_.take_due(&due));
  records_.queue(records_.take_finalizer(&span, 16), &objects[2]);
  ASSERT_TRUE(records_.take_due(&due)) << "a queue that was empty goes on";
  EXPECT_EQ(due.object, &objects[2]);
  EXPECT_FALSE(records_.take_due(&due));
  EXPECT_EQ(faults_.calls(), 0U);
}

TEST_F(SpecialTest, WithoutMemoryNothingIsAddedAndNothingIsLost) {
  Span span;
  faults_.fail_from_call(1);
  std::uint64_t count = 0;
  while (records_.add_finalizer(&span, 8 * count, finalize, nullptr)) ++count;
  EXPECT_FALSE(records_.add_profile(&span, 0, nullptr));
  EXPECT_GT(faults_.failed_calls(), 0U);
  EXPECT_EQ(records_.in_use(), count);
  EXPECT_EQ(places(span).size(), count);

  faults_.fail_nothing();
  EXPECT_TRUE(records_.add_finalizer(&span, 8 * count, finalize, nullptr));
  EXPECT_TRUE(records_.add_profile(&span, 0, nullptr));
  EXPECT_EQ(records_.in_use(), count + 2);
  for (std::uint64_t i = 0; i <= count; ++i) remove_all(span, 8 * i);
  EXPECT_EQ(span.specials, nullptr);
}

TEST_F(SpecialTest, FreedRecordsAreUsedAgain) {
  Span span;
  const std::uint64_t before = counters_.get(MemoryKind::kOther);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(records_.add_finalizer(&span, 0, finalize, nullptr));
    ASSERT_TRUE(records_.add_profile(&span, 0, nullptr));
    remove_all(span, 0);
  }
  EXPECT_LE(counters_.get(MemoryKind::kOther) - before,
            platform_.whole_pages(PersistentAlloc::kChunkBytes));
}

// Compares the records of a few spans, and the queue, with maps.
TEST_F(SpecialTest, AgreesWithAModelWhateverTheOrder) {
  std::mt19937 random(5);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  constexpr std::size_t kSpans = 3;
  constexpr std::size_t kOffsets = 12;
  std::array<Span, kSpans> spans;
  std::array<std::map<Place, void*>, kSpans> model;  // what each record holds
  std::deque<void*> due_model;
  std::array<char, 64> things{};

  const auto remove_all_of = [&](std::size_t s, std::uint64_t offset) {
    told_.clear();
    remove_all(spans[s], offset);
    std::vector<void*> expected;
    const auto profile = model[s].find({offset, kProfile});
    if (profile != model[s].end()) expected.push_back(profile->second);
    ASSERT_EQ(told_, expected);
    model[s].erase({offset, kProfile});
    model[s].erase({offset, kFinalizer});
  };

  for (int step = 0; step < 2000; ++step) {
    const std::size_t s = below(kSpans);
    const std::uint64_t offset = 8 * below(kOffsets);
    void* const thing = &things[below(things.size())];
    switch (below(7)) {
      case 0:
        ASSERT_EQ(records_.add_finalizer(&spans[s], offset, finalize, thing),
                  model[s].emplace(Place{offset, kFinalizer}, thing).second);
        break;
      case 1:
        ASSERT_EQ(records_.add_profile(&spans[s], offset, thing),
                  model[s].emplace(Place{offset, kProfile}, thing).second);
        break;
      case 2: {
        const SpecialKind kind = below(2) == 0 ? kFinalizer : kProfile;
        ASSERT_EQ(records_.remove(&spans[s], offset, kind), model[s].erase({offset, kind}) == 1);
        break;
      }
      case 3:
        remove_all_of(s, offset);
        break;
      case 4: {
        FinalizerSpecial* const special = records_.take_finalizer(&spans[s], offset);
        const auto expected = model[s].find({offset, kFinalizer});
        ASSERT_EQ(special != nullptr, expected != model[s].end());
        if (special == nullptr) break;
        ASSERT_EQ(special->argument, expected->second);
        due_model.push_back(expected->second);
        records_.queue(special, expected->second);
        model[s].erase(expected);
        break;
      }
      case 5: {
        DueFinalizer due;
        ASSERT_EQ(records_.take_due(&due), !due_model.empty());
        if (due_model.empty()) break;
        ASSERT_EQ(due.object, due_model.front());
        ASSERT_EQ(due.argument, due_model.front());
        due_model.pop_front();
        break;
      }
      default: {
        const auto expected = model[s].lower_bound({offset, kFinalizer});
        const auto next = records_.next_offset(&spans[s], offset);
        ASSERT_EQ(next.has_value(), expected != model[s].end());
        if (next) {
          ASSERT_EQ(*next, expected->first.first);
        }
      }
    }
    std::size_t count = due_model.size();
    for (std::size_t i = 0; i < kSpans; ++i) {
      std::vector<Place> expected;
      for (const auto& [place, thing_of] : model[i]) expected.push_back(place);
      ASSERT_EQ(places(spans[i]), expected);
      count += expected.size();
    }
    ASSERT_EQ(records_.in_use(), count);
  }

  DueFinalizer due;
  while (records_.take_due(&due)) {
  }
  for (std::size_t s = 0; s < kSpans; ++s) {
    for (std::uint64_t offset = 0; offset < 8 * kOffsets; offset += 8) remove_all_of(s, offset);
  }
}

}  // namespace
}  // namespace Atoll::objects
