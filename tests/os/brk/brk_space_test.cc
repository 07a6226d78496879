#include "os/brk/brk_space.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "tests/os/brk/fake_segment.h"

namespace Atoll::os {
namespace {

constexpr std::uint64_t kPage = FakeSegment::kPage;

class BrkSpaceTest : public testing::Test {
 protected:
  Address reserve(std::uint64_t pages) { return space().reserve(Address(), pages * kPage).base; }
  Address reserve_at(Address hint, std::uint64_t pages) {
    return space().reserve(hint, pages * kPage).base;
  }
  Failure free(Address base, std::uint64_t pages) {
    return space().free(base, pages * kPage).failure;
  }
  Address page(std::uint64_t n) const { return segment_->page(n); }

  std::vector<Range> free_blocks() {
    std::vector<Range> blocks;
    space().for_each_free([&](Range r) { blocks.push_back(r); });
    return blocks;
  }
  Range pages(std::uint64_t first, std::uint64_t count) const {
    return {page(first), count * kPage};
  }

  static void fill(Address base, std::uint64_t pages, unsigned char value) {
    std::memset(base.pointer(), value, static_cast<std::size_t>(pages * kPage));
  }
  static bool is_zero(Address base, std::uint64_t pages) {
    return is_filled_with(base, pages * kPage, 0);
  }

  FakeSegment& segment() { return *segment_; }
  BrkSpace& space() { return policy_ == HintPolicy::kExactBreak ? exact_ : skipping_; }
  void skip_ahead() { policy_ = HintPolicy::kSkipAhead; }

 private:
  std::unique_ptr<FakeSegment> segment_ = std::make_unique<FakeSegment>();
  HintPolicy policy_ = HintPolicy::kExactBreak;
  BrkSpace exact_{*segment_, kPage, HintPolicy::kExactBreak};
  BrkSpace skipping_{*segment_, kPage, HintPolicy::kSkipAhead};
};

TEST_F(BrkSpaceTest, StartsAtTheEndOfTheSegment) {
  segment().grow_by_others(3);
  EXPECT_EQ(space().program_break(), page(3));
  EXPECT_EQ(reserve(2), page(3));
  EXPECT_EQ(reserve(1), page(5));
  EXPECT_EQ(segment().pages_used(), 6U);
}

TEST_F(BrkSpaceTest, FreesExactlyWhatItIsTold) {
  const Address a = reserve(4);
  fill(a, 4, 7);
  EXPECT_EQ(free(page(1), 1), Failure::kNone);
  EXPECT_TRUE(is_filled_with(page(0), kPage, 7));
  EXPECT_TRUE(is_filled_with(page(2), 2 * kPage, 7));
  EXPECT_EQ(free_blocks(), std::vector{pages(1, 1)});
}

TEST_F(BrkSpaceTest, CutsABiggerBlockFromItsEnd) {
  ASSERT_EQ(reserve(8), page(0));
  ASSERT_EQ(free(page(1), 4), Failure::kNone);
  EXPECT_EQ(reserve(1), page(4));
  EXPECT_EQ(reserve(2), page(2));
  EXPECT_EQ(free_blocks(), std::vector{pages(1, 1)});
}

TEST_F(BrkSpaceTest, TakesABlockOfTheRightSizeWholeAndClearsItsHeader) {
  ASSERT_EQ(reserve(8), page(0));
  fill(page(0), 8, 9);
  ASSERT_EQ(free(page(2), 3), Failure::kNone);
  EXPECT_EQ(reserve(3), page(2));
  EXPECT_TRUE(is_zero(page(2), 3));
  EXPECT_TRUE(free_blocks().empty());
}

TEST_F(BrkSpaceTest, TakesTheFirstThatFits) {
  ASSERT_EQ(reserve(12), page(0));
  ASSERT_EQ(free(page(8), 2), Failure::kNone);
  ASSERT_EQ(free(page(4), 3), Failure::kNone);
  ASSERT_EQ(free(page(1), 1), Failure::kNone);
  EXPECT_EQ(reserve(2), page(5));
  EXPECT_EQ(reserve(2), page(8));
  EXPECT_EQ(reserve(2), page(12));
  EXPECT_EQ(free_blocks(), (std::vector{pages(1, 1), pages(4, 1)}));
}

TEST_F(BrkSpaceTest, MergesNeighboursAndClearsTheirHeaders) {
  ASSERT_EQ(reserve(8), page(0));
  fill(page(0), 8, 9);
  ASSERT_EQ(free(page(1), 1), Failure::kNone);
  ASSERT_EQ(free(page(3), 1), Failure::kNone);
  ASSERT_EQ(free(page(5), 1), Failure::kNone);
  ASSERT_EQ(free(page(2), 1), Failure::kNone);
  ASSERT_EQ(free(page(4), 1), Failure::kNone);
  EXPECT_EQ(free_blocks(), std::vector{pages(1, 5)});
  EXPECT_EQ(reserve(5), page(1));
  EXPECT_TRUE(is_zero(page(1), 5));
}

TEST_F(BrkSpaceTest, TheLastBlockLowersTheBreakButNotTheSegment) {
  ASSERT_EQ(reserve(2), page(0));
  ASSERT_EQ(reserve(3), page(2));
  fill(page(2), 3, 9);
  const int growths = segment().growths();
  EXPECT_EQ(free(page(2), 3), Failure::kNone);
  EXPECT_EQ(space().program_break(), page(2));
  EXPECT_EQ(segment().pages_used(), 5U);
  EXPECT_TRUE(free_blocks().empty());
  EXPECT_EQ(reserve_at(page(2), 3), page(2));
  EXPECT_TRUE(is_zero(page(2), 3));
  EXPECT_EQ(segment().growths(), growths);
}

TEST_F(BrkSpaceTest, AFreeBlockAtTheLoweredBreakLowersItFurther) {
  ASSERT_EQ(reserve(6), page(0));
  fill(page(0), 6, 9);
  ASSERT_EQ(free(page(1), 1), Failure::kNone);
  ASSERT_EQ(free(page(3), 2), Failure::kNone);
  ASSERT_EQ(free(page(5), 1), Failure::kNone);
  EXPECT_EQ(space().program_break(), page(3));
  EXPECT_EQ(free_blocks(), std::vector{pages(1, 1)});
  EXPECT_EQ(reserve(5), page(3));
  EXPECT_TRUE(is_zero(page(3), 5));
  EXPECT_EQ(segment().pages_used(), 8U);
}

TEST_F(BrkSpaceTest, NothingIsSubstitutedForAHint) {
  ASSERT_EQ(reserve(6), page(0));
  ASSERT_EQ(free(page(1), 4), Failure::kNone);
  const int growths = segment().growths();
  EXPECT_TRUE(reserve_at(page(1), 2).is_null());
  EXPECT_TRUE(reserve_at(page(3), 2).is_null());
  EXPECT_TRUE(reserve_at(page(7), 2).is_null());
  EXPECT_EQ(free_blocks(), std::vector{pages(1, 4)});
  EXPECT_EQ(segment().growths(), growths);
  EXPECT_EQ(reserve_at(page(6), 2), page(6));
}

TEST_F(BrkSpaceTest, AHintAheadOfTheBreakPutsTheSkippedPiecesOnTheList) {
  skip_ahead();
  ASSERT_EQ(reserve(2), page(0));
  EXPECT_EQ(reserve_at(page(5), 2), page(5));
  EXPECT_EQ(free_blocks(), std::vector{pages(2, 3)});
  EXPECT_TRUE(reserve_at(page(3), 1).is_null());
  EXPECT_EQ(reserve(3), page(2));
  EXPECT_TRUE(is_zero(page(2), 5));
}

TEST_F(BrkSpaceTest, AHintBeyondWhatTheSegmentCanGrowToFails) {
  skip_ahead();
  ASSERT_EQ(reserve(2), page(0));
  const Allocation far = space().reserve(Address(0xc000000000), kPage);
  EXPECT_TRUE(far.base.is_null());
  EXPECT_EQ(far.status.failure, Failure::kNoMemory);
  EXPECT_EQ(segment().pages_used(), 2U);
  EXPECT_EQ(reserve(1), page(2));
}

TEST_F(BrkSpaceTest, GoesOnBehindWhatOthersGrew) {
  ASSERT_EQ(reserve(2), page(0));
  segment().grow_by_others(3);
  EXPECT_EQ(space().program_break(), page(5));
  EXPECT_TRUE(reserve_at(page(2), 1).is_null());
  EXPECT_EQ(reserve_at(page(5), 1), page(5));
  EXPECT_TRUE(is_filled_with(page(2), 3 * kPage, FakeSegment::kForeign));
}

TEST_F(BrkSpaceTest, TheRoomBeforeWhatOthersGrewStaysOurs) {
  ASSERT_EQ(reserve(6), page(0));
  ASSERT_EQ(free(page(2), 4), Failure::kNone);
  segment().grow_by_others(1);
  // The block has room for one page, so there is no reason to look further.
  EXPECT_EQ(reserve_at(page(2), 1), page(2));
  EXPECT_EQ(reserve(4), page(7));
  EXPECT_EQ(free_blocks(), std::vector{pages(3, 3)});
  EXPECT_EQ(reserve(3), page(3));
  // The break does not go down through the memory of others.
  ASSERT_EQ(free(page(7), 4), Failure::kNone);
  ASSERT_EQ(free(page(3), 3), Failure::kNone);
  EXPECT_EQ(space().program_break(), page(7));
  EXPECT_TRUE(is_filled_with(page(6), kPage, FakeSegment::kForeign));
}

TEST_F(BrkSpaceTest, OthersMayGrowWhileWeDo) {
  ASSERT_EQ(reserve(4), page(0));
  ASSERT_EQ(free(page(2), 2), Failure::kNone);
  segment().let_others_be_faster(3);
  EXPECT_EQ(reserve(5), page(7));
  EXPECT_EQ(free_blocks(), std::vector{pages(2, 2)});
  EXPECT_TRUE(is_filled_with(page(4), 3 * kPage, FakeSegment::kForeign));

  segment().let_others_be_faster(2);
  EXPECT_TRUE(reserve_at(page(12), 1).is_null());
  EXPECT_EQ(reserve_at(page(14), 1), page(14));
}

TEST_F(BrkSpaceTest, OthersMayGrowWhileWeSkip) {
  skip_ahead();
  ASSERT_EQ(reserve(1), page(0));
  segment().let_others_be_faster(3);
  EXPECT_EQ(reserve_at(page(10), 2), page(10));
  EXPECT_EQ(free_blocks(), std::vector{pages(4, 6)});
}

TEST_F(BrkSpaceTest, AFullSegmentIsAFailureThatLosesNothing) {
  ASSERT_EQ(reserve(FakeSegment::kPages), page(0));
  EXPECT_TRUE(reserve(1).is_null());
  ASSERT_EQ(free(page(5), 2), Failure::kNone);
  EXPECT_TRUE(reserve(3).is_null());
  EXPECT_EQ(reserve(2), page(5));
  ASSERT_EQ(free(page(0), FakeSegment::kPages), Failure::kNone);
  EXPECT_EQ(reserve(FakeSegment::kPages), page(0));
}

TEST_F(BrkSpaceTest, RefusesBadArguments) {
  const Address a = reserve(2);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, kPage + 1, kPage - 1}) {
    EXPECT_EQ(space().reserve(Address(), size).status.failure, Failure::kBadArgument);
    EXPECT_EQ(space().free(a, size).failure, Failure::kBadArgument);
    EXPECT_EQ(space().check(a, size).failure, Failure::kBadArgument);
  }
  EXPECT_EQ(space().reserve(a + 8, kPage).status.failure, Failure::kBadArgument);
  EXPECT_EQ(space().free(a + 8, kPage).failure, Failure::kBadArgument);
  EXPECT_EQ(space().free(Address(0 - kPage), 2 * kPage).failure, Failure::kBadArgument);
}

TEST_F(BrkSpaceTest, RefusesWhatIsNotHandedOut) {
  ASSERT_EQ(reserve(6), page(0));
  ASSERT_EQ(free(page(2), 2), Failure::kNone);
  for (const Range r : {pages(2, 1), pages(3, 1), pages(1, 2), pages(3, 2), pages(0, 6),
                        pages(5, 2), pages(6, 1), pages(100, 1)}) {
    EXPECT_EQ(space().check(r.base, r.size).failure, Failure::kNotReserved);
    EXPECT_EQ(space().free(r.base, r.size).failure, Failure::kNotReserved);
  }
  EXPECT_TRUE(space().check(page(4), 2 * kPage).ok());
  EXPECT_EQ(free_blocks(), std::vector{pages(2, 2)});
}

// Makes random calls, and checks what state each page should be in.
class BrkSpaceModelTest : public BrkSpaceTest {
 protected:
  enum class Owner { kNobody, kUs, kOthers };

  // Checks everything that no single answer shows.
  void check_everything() {
    const std::uint64_t break_page = segment().number_of(space().program_break());
    std::set<std::uint64_t> listed;
    Address end_of_last;
    for (const Range r : free_blocks()) {
      ASSERT_GT(r.base, end_of_last) << "not sorted, or not merged";
      ASSERT_NE(r.end(), page(break_page)) << "should have lowered the break";
      end_of_last = r.end();
      constexpr std::uint64_t kHeader = 2 * sizeof(void*);
      ASSERT_TRUE(is_filled_with(r.base + kHeader, r.size - kHeader, 0));
      for (std::uint64_t i = 0; i < r.size / kPage; ++i) {
        listed.insert(segment().number_of(r.base) + i);
      }
    }
    for (std::uint64_t i = 0; i < segment().pages_used(); ++i) {
      const Range r = pages(i, 1);
      const bool is_listed = listed.count(i) != 0;
      switch (owner_of(i)) {
        case Owner::kNobody:
          ASSERT_TRUE(is_listed || i >= break_page) << "page " << i << " is lost";
          ASSERT_TRUE(is_listed || is_zero(r.base, 1)) << "page " << i;
          break;
        case Owner::kUs:
          ASSERT_TRUE(!is_listed && i < break_page) << "page " << i << " is free and in use";
          ASSERT_TRUE(is_filled_with(r.base, kPage, contents_[i])) << "page " << i;
          ASSERT_TRUE(space().check(r.base, r.size).ok());
          break;
        case Owner::kOthers:
          ASSERT_FALSE(is_listed) << "page " << i << " is not ours";
          ASSERT_TRUE(is_filled_with(r.base, kPage, FakeSegment::kForeign)) << "page " << i;
          break;
      }
    }
  }

  Owner owner_of(std::uint64_t page) const {
    const auto found = owners_.find(page);
    return found == owners_.end() ? Owner::kNobody : found->second;
  }

  void take(Address base, std::uint64_t count) {
    ASSERT_TRUE(is_zero(base, count));
    const std::uint64_t first = segment().number_of(base);
    ASSERT_LE(first + count, segment().pages_used());
    for (std::uint64_t i = first; i < first + count; ++i) {
      ASSERT_EQ(owner_of(i), Owner::kNobody) << "page " << i << " handed out twice";
      owners_[i] = Owner::kUs;
      contents_[i] = static_cast<unsigned char>(1 + pick(0xe0));
      fill(page(i), 1, contents_[i]);
    }
  }

  void reserve_somewhere() {
    const std::uint64_t count = 1 + pick(12);
    std::uint64_t largest = 0;
    for (const Range r : free_blocks()) largest = std::max(largest, r.size / kPage);
    const std::uint64_t room = segment().page(segment().pages_used()) - space().program_break();
    const bool possible = count <= largest || count <= room / kPage + segment().pages_left();
    const Address base = reserve(count);
    // If others have memory between the break and the end, the room there does not count.
    if (base.is_null()) {
      ASSERT_TRUE(!possible || count > segment().pages_left());
      ASSERT_GT(count, largest);
    } else {
      take(base, count);
    }
  }

  void reserve_hinted(HintPolicy policy) {
    const std::uint64_t count = 1 + pick(6);
    const Address hint = pick(2) == 0 ? space().program_break() : page(pick(FakeSegment::kPages));
    if (hint.is_null()) return;
    const bool below = hint < space().program_break();
    const bool exact = hint == space().program_break();
    const Address base = reserve_at(hint, count);
    if (base.is_null()) return;
    ASSERT_TRUE(exact || (!below && policy == HintPolicy::kSkipAhead));
    ASSERT_EQ(base, hint);
    take(base, count);
  }

  void free_something() {
    const std::uint64_t first = pick(FakeSegment::kPages);
    const std::uint64_t count = 1 + pick(8);
    bool ours = true;
    bool others = false;
    for (std::uint64_t i = first; i < first + count; ++i) {
      ours = ours && owner_of(i) == Owner::kUs;
      others = others || owner_of(i) == Owner::kOthers;
    }
    if (others) return;
    const Failure failure = free(page(first), count);
    ASSERT_EQ(failure, ours ? Failure::kNone : Failure::kNotReserved);
    if (!ours) return;
    for (std::uint64_t i = first; i < first + count; ++i) owners_.erase(i);
  }

  void let_others_grow() {
    if (pick(4) != 0) return;
    const std::uint64_t first = segment().pages_used();
    const std::uint64_t count = 1 + pick(3);
    if (segment().grow_by_others(count).is_null()) return;
    for (std::uint64_t i = first; i < first + count; ++i) owners_[i] = Owner::kOthers;
  }

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void run(HintPolicy policy) {
    if (policy == HintPolicy::kSkipAhead) skip_ahead();
    const char* given = std::getenv("ATOLL_TEST_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 0)
                         : static_cast<std::uint64_t>(
                               std::chrono::system_clock::now().time_since_epoch().count());
    SCOPED_TRACE("again with ATOLL_TEST_SEED=" + std::to_string(seed));
    RecordProperty("seed", std::to_string(seed));
    random_.seed(seed);
    for (int step = 0; step < 1000; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      switch (pick(8)) {
        case 0:
        case 1:
          reserve_somewhere();
          break;
        case 2:
          reserve_hinted(policy);
          break;
        case 3:
          let_others_grow();
          break;
        default:
          free_something();
          break;
      }
      if (!HasFatalFailure()) check_everything();
      if (HasFatalFailure()) return;
    }
  }

 private:
  std::mt19937_64 random_;
  std::map<std::uint64_t, Owner> owners_;
  std::map<std::uint64_t, unsigned char> contents_;
};

TEST_F(BrkSpaceModelTest, ExactBreak) { run(HintPolicy::kExactBreak); }

TEST_F(BrkSpaceModelTest, SkipAhead) { run(HintPolicy::kSkipAhead); }

}  // namespace
}  // namespace Atoll::os
