#include "src/pages/page_record.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace Atoll::pages {
namespace {

constexpr std::uint32_t kNumbers = (1U << 16) - 2;

template <typename Visit>
void for_each_number(Visit visit) {
  CacheNumber number;
  for (std::uint32_t i = 0; i < kNumbers; ++i) {
    number = number.next();
    visit(number);
  }
}

TEST(CacheNumber, IsNobodysAtFirst) {
  EXPECT_TRUE(CacheNumber().is_nobody());
  EXPECT_EQ(CacheNumber(), CacheNumber());
}

TEST(CacheNumber, ComesAgainOnlyAfterAllOthers) {
  const CacheNumber first = CacheNumber().next();
  CacheNumber number = first;
  std::uint32_t count = 0;
  do {
    ASSERT_FALSE(number.is_nobody());
    number = number.next();
    ++count;
  } while (number != first && count <= kNumbers);
  EXPECT_EQ(count, kNumbers);
}

TEST(PageRecord, IsEmptyAtFirst) {
  EXPECT_TRUE(PageRecord().is_empty());
  EXPECT_EQ(PageRecord().for_cache({}).offset(), 0U);
  // Memory that nobody has written to.
  alignas(PageRecord) static const std::byte zeroes[sizeof(PageRecord)] = {};
  EXPECT_EQ(*reinterpret_cast<const PageRecord*>(zeroes), PageRecord());
}

TEST(PageRecord, IsNobodysWhenEmpty) {
  EXPECT_FALSE(PageRecord().is_of({}));
  EXPECT_EQ(PageRecord().for_cache({}), WhoseList());
  for_each_number([](CacheNumber number) {
    ASSERT_FALSE(PageRecord().is_of(number));
    ASSERT_FALSE(PageRecord().for_cache(number).is_mine());
    ASSERT_EQ(PageRecord().for_cache(number).offset(), 0U);
  });
}

TEST(PageRecord, TellsItsCacheWhichListItIs) {
  for_each_number([](CacheNumber number) {
    for (const std::size_t offset : {std::size_t{16}, std::size_t{2160}, WhoseList::kMostOffset}) {
      const PageRecord record(number, offset);
      ASSERT_FALSE(record.is_empty());
      ASSERT_TRUE(record.is_of(number));
      const WhoseList list = record.for_cache(number);
      ASSERT_TRUE(list.is_mine());
      ASSERT_EQ(list.my_offset(), offset);
      ASSERT_EQ(list.offset(), offset);
    }
  });
}

TEST(PageRecord, TellsOthersWhichListItIsButNotThatItIsTheirs) {
  const CacheNumber first = CacheNumber().next();
  for_each_number([first](CacheNumber number) {
    const PageRecord record(number, 2160);
    for (const CacheNumber other : {CacheNumber(), number.next(), first}) {
      if (other == number) continue;
      ASSERT_FALSE(record.is_of(other));
      ASSERT_FALSE(record.for_cache(other).is_mine());
      ASSERT_EQ(record.for_cache(other).offset(), 2160U);
    }
  });
}

TEST(PageRecord, IsEqualForTheSameListOfTheSameCache) {
  const CacheNumber number = CacheNumber().next();
  EXPECT_EQ(PageRecord(number, 16), PageRecord(number, 16));
  EXPECT_NE(PageRecord(number, 16), PageRecord(number, 32));
  EXPECT_NE(PageRecord(number, 16), PageRecord(number.next(), 16));
}

TEST(WhoseList, IsNotMineWithoutARecord) {
  EXPECT_FALSE(WhoseList().is_mine());
  EXPECT_EQ(WhoseList().offset(), 0U);
}

// Several threads read and write records at the same time.
TEST(PageRecord, IsAtomicAsItsWordIs) {
  EXPECT_EQ(sizeof(std::atomic<PageRecord>), sizeof(std::uint32_t));
  EXPECT_EQ(std::atomic<PageRecord>().is_lock_free(), std::atomic<std::uint32_t>().is_lock_free());
  EXPECT_TRUE(std::atomic<PageRecord>().load().is_empty());
}

}  // namespace
}  // namespace Atoll::pages
