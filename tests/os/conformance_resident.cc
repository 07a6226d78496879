// resident() and wish_huge_pages(): what they return, and that they change nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "tests/os/conformance.h"

namespace Atoll::os::test {
namespace {

class ResidentTest : public Conformance {
 protected:
  static constexpr std::uint64_t kPages = 24;

  // Makes Ready memory that nobody has written yet. If possible, no page of it brings others into
  // memory.
  void begin() {
    memory_ = reserve_ready(round_up(kPages * page(), unit()));
    written_.assign(static_cast<std::size_t>(memory_.size / page()), false);
    grain_ = decline_huge_pages(memory_) ? page() : std::max(page(), os.huge_page_size());
    answers_without_looking_ = machine.lazy_commit && ask(memory_) == memory_.size;
  }
  void TearDown() override {
    if (!memory_.is_empty()) {
      EXPECT_TRUE(free(memory_));
    }
    Conformance::TearDown();
  }

  bool decline_huge_pages(Range range) {
    return os.wish_huge_pages(range.base, range.size, HugePages::kUnwanted).ok();
  }
  std::optional<std::uint64_t> ask(Range range) { return os.resident(range.base, range.size); }

  std::size_t pages() const { return written_.size(); }
  Range pages(std::size_t first, std::size_t count) const {
    return {memory_.base + first * page(), count * page()};
  }
  Range some_pages() {
    const std::size_t first = below(pages());
    return pages(first, 1 + below(pages() - first));
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void write(std::size_t one) {
    ASSERT_TRUE(world().write(pages(one, 1).base + below(static_cast<std::size_t>(page())), 1));
    written_[one] = true;
  }
  void forget(Range range) {
    for (std::size_t i = 0; i < range.size / page(); ++i)
      written_[number_of(range.base) + i] = false;
  }

  std::uint64_t least(Range range) const {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < range.size / page(); ++i) {
      bytes += written_[number_of(range.base) + i] ? page() : 0;
    }
    return bytes;
  }
  // A grain may be in memory because of a write to any of its pages, also to one outside of this
  // memory.
  std::uint64_t most(Range range) const {
    if (answers_without_looking_) return range.size;
    std::uint64_t bytes = 0;
    for (Address at = range.base; at < range.end(); at = at + page()) {
      const Range grain{at.aligned_down(grain_), grain_};
      bytes += !memory_.contains(grain) || least(grain) != 0 ? page() : 0;
    }
    return bytes;
  }
  bool is_exact() const { return grain_ == page() && !answers_without_looking_; }

  // The memory is Ready, unless told otherwise.
  void expect_truth(Range range, bool is_ready = true) {
    const std::optional<std::uint64_t> told = ask(range);
    if (!told.has_value()) return;
    EXPECT_EQ(*told % page(), 0u);
    EXPECT_GE(*told, least(range));
    EXPECT_LE(*told, is_ready && !machine.lazy_commit ? range.size : most(range));
  }

  std::mt19937_64 random_{7};

 private:
  std::size_t number_of(Address of_page) const {
    return static_cast<std::size_t>((of_page - memory_.base) / page());
  }

  Range memory_;
  std::vector<bool> written_;
  std::uint64_t grain_ = 0;
  bool answers_without_looking_ = false;
};

TEST_P(ResidentTest, IsToldWhereTheSystemCanTell) {
  begin();
  write(0);
  const bool is_told = ask(pages(0, 1)).has_value();
  if (world().tells_resident() != Told::kEither) {
    EXPECT_EQ(is_told, world().tells_resident() == Told::kAlways);
  }
}

TEST_P(ResidentTest, FreshMemoryHoldsNothingUntilItIsWritten) {
  begin();
  expect_truth(pages(0, pages()));
  expect_truth(pages(0, 1));
  expect_truth(pages(pages() - 1, 1));
  write(pages() / 2);
  expect_truth(pages(0, pages()));
  expect_truth(pages(0, pages() / 2));
  expect_truth(pages(pages() / 2, 1));
}

TEST_P(ResidentTest, CountsThePagesThatWereWrittenInAnyRange) {
  begin();
  for (int round = 0; round < 16; ++round) {
    ASSERT_NO_FATAL_FAILURE(write(below(pages())));
    SCOPED_TRACE(::testing::Message() << "round " << round);
    expect_truth(pages(0, pages()));
    for (int i = 0; i < 3; ++i) expect_truth(some_pages());
    if (HasFailure()) return;
  }
  for (std::size_t i = 0; i < pages(); ++i) write(i);
  expect_truth(pages(0, pages()));
}

TEST_P(ResidentTest, PartsAddUpToTheWhole) {
  begin();
  for (std::size_t i = 0; i < pages(); i += 3) write(i);
  if (!is_exact()) return;  // neighbours may bring more pages into memory at any time
  const std::size_t half = pages() / 2;
  const auto whole = ask(pages(0, pages()));
  const auto low = ask(pages(0, half));
  const auto high = ask(pages(half, pages() - half));
  std::uint64_t one_by_one = 0;
  for (std::size_t i = 0; i < pages(); ++i) one_by_one += ask(pages(i, 1)).value_or(0);
  if (!whole.has_value() || !low.has_value() || !high.has_value()) return;
  EXPECT_EQ(*low + *high, *whole);
  EXPECT_EQ(one_by_one, *whole);
}

// Has more pages than any backend asks about in one system call.
TEST_P(ResidentTest, LargeRangesAreCountedWhole) {
  begin();
  if (!is_exact() || machine.linear_only || !machine.lazy_commit) return;
  const std::uint64_t size = round_up(std::uint64_t{5000} * page(), unit());
  const Range large = reserve_ready(size);
  (void)decline_huge_pages(large);
  std::uint64_t written = 0;
  for (std::uint64_t offset = 0; offset < size; offset += 511 * page()) {
    ASSERT_TRUE(world().write(large.base + offset, 1));
    written += page();
  }
  EXPECT_EQ(ask(large).value_or(written), written);
  EXPECT_TRUE(free(large));
}

TEST_P(ResidentTest, AskingChangesNothing) {
  begin();
  const Range memory = pages(0, pages());
  fill(memory, 0x5a);
  const std::optional<std::uint64_t> first = ask(memory);
  const std::optional<std::uint64_t> second = ask(memory);
  if (is_exact() && first.has_value() && second.has_value()) {
    EXPECT_EQ(*first, *second);
  }
  EXPECT_TRUE(holds(memory, 0x5a));
}

TEST_P(ResidentTest, UnusedMemoryHoldsNoMoreThanBefore) {
  begin();
  for (std::size_t i = 0; i < pages(); ++i) write(i);
  const Range middle = pages(pages() / 4, pages() / 2);
  const std::optional<std::uint64_t> before = ask(middle);
  ASSERT_TRUE(unused(middle));
  const std::optional<std::uint64_t> after = ask(middle);
  if (before.has_value() && after.has_value()) {
    EXPECT_LE(*after, *before);
  }
  // Its neighbours are unchanged.
  expect_truth(pages(0, pages() / 4));
  if (os.decommit_zeroes() && machine.can_shrink) {
    forget(middle);  // the system took it back at once
    expect_truth(middle, /*is_ready=*/false);
    ASSERT_TRUE(used(middle));
    expect_truth(middle);
    write(pages() / 2);
    expect_truth(middle);
  }
  expect_truth(pages(pages() - 1, 1));
}

TEST_P(ResidentTest, PreparedMemoryCanBeAskedAboutToo) {
  begin();
  const Range range = reserve(4 * unit());
  ASSERT_TRUE(map(range));
  (void)decline_huge_pages(range);
  const std::optional<std::uint64_t> told = ask(range);
  if (is_exact()) {
    EXPECT_EQ(told.value_or(0), 0u);
  }
  EXPECT_LE(told.value_or(0), range.size);
  EXPECT_TRUE(free(range));
}

TEST_P(ResidentTest, OfMalformedRangesNothingIsKnown) {
  begin();
  const Range one = pages(0, 1);
  write(0);
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, page() / 2, page() + 1, 2 * page() - 1}) {
    EXPECT_EQ(os.resident(one.base, size), std::nullopt) << size;
  }
  EXPECT_EQ(os.resident(one.base + 1, page()), std::nullopt);
  EXPECT_EQ(os.resident(one.base + page() / 2, page()), std::nullopt);
  EXPECT_EQ(os.resident(one.base, ~std::uint64_t{0} - page() + 1), std::nullopt) << "it wraps";
  EXPECT_EQ(os.resident(Address(~std::uint64_t{0} - page() + 1), 2 * page()), std::nullopt);
  if (machine.address_bits != 64) {
    const Address beyond = one.base + (std::uint64_t{1} << machine.address_bits);
    EXPECT_EQ(os.resident(beyond, page()), std::nullopt) << "nobody's";
  }
}

TEST_P(ResidentTest, WishesChangeNothingThatCanBeRead) {
  begin();
  const Range memory = pages(0, pages());
  const Range half = pages(0, pages() / 2);
  fill(half, 0x5a);
  const Failure answer = os.wish_huge_pages(half.base, half.size, HugePages::kWanted).failure;
  EXPECT_TRUE(answer == Failure::kNone || answer == Failure::kUnsupported);
  for (const HugePages wish : {HugePages::kUnwanted, HugePages::kWanted, HugePages::kUnwanted}) {
    for (const Range range : {memory, half, pages(3, 1), pages(1, 5), memory}) {
      EXPECT_EQ(os.wish_huge_pages(range.base, range.size, wish).failure, answer);
      EXPECT_TRUE(holds(half, 0x5a));
    }
    const Range rest = pages(pages() / 2, pages() - pages() / 2);
    EXPECT_TRUE(holds(rest, 0));
  }
  fill(memory, 0x6b);
  EXPECT_TRUE(holds(memory, 0x6b));
  ASSERT_TRUE(unused(half));
  EXPECT_EQ(os.wish_huge_pages(memory.base, memory.size, HugePages::kWanted).failure, answer)
      << "Ready and Prepared memory";
  ASSERT_TRUE(used(half));
  EXPECT_TRUE(holds_or_is_zero(half, 0x6b));
}

TEST_P(ResidentTest, MalformedWishesAreRefused) {
  begin();
  const Range one = pages(0, 1);
  const bool takes_wishes = decline_huge_pages(one);
  for (const Range bad :
       {Range{one.base, 0}, Range{one.base, page() / 2}, Range{one.base + 1, page()},
        Range{one.base, ~std::uint64_t{0} - page() + 1}}) {
    const Failure failure = os.wish_huge_pages(bad.base, bad.size, HugePages::kWanted).failure;
    EXPECT_TRUE(failure == Failure::kBadArgument ||
                (!takes_wishes && failure == Failure::kUnsupported));
  }
  if (machine.address_bits != 64) {
    const Address beyond = one.base + (std::uint64_t{1} << machine.address_bits);
    EXPECT_FALSE(os.wish_huge_pages(beyond, page(), HugePages::kWanted).ok());
  }
}

// Such a world takes long to make, and other worlds have tested the decorators.
std::vector<WorldMaker> plain_arm64_worlds() {
  std::vector<WorldMaker> worlds = arm64_worlds();
  if (!worlds.empty()) worlds.erase(worlds.begin() + 1, worlds.end());
  return worlds;
}

INSTANTIATE_TEST_SUITE_P(Native, ResidentTest, ::testing::ValuesIn(native_worlds()), name_of);
INSTANTIATE_TEST_SUITE_P(Sim, ResidentTest, ::testing::ValuesIn(sim_worlds()), name_of);
INSTANTIATE_TEST_SUITE_P(Arm64, ResidentTest, ::testing::ValuesIn(plain_arm64_worlds()), name_of);

}  // namespace
}  // namespace Atoll::os::test
