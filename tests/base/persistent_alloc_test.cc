#include "src/base/persistent_alloc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "os/base/bits.h"
#include "tests/base/accounted_os.h"

namespace Atoll {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::array<MemoryKind, kMemoryKinds> kKinds = {MemoryKind::kSpans, MemoryKind::kCaches,
                                                         MemoryKind::kProfiling, MemoryKind::kGc,
                                                         MemoryKind::kOther};

class PersistentAllocTest : public ::testing::Test {
 protected:
  PersistentAllocTest()
      : accounted_(os::native()),
        os_(accounted_),
        platform_{os_, os_.probe(), port::native_spec()} {
    alloc_.init(platform_, counters_);
  }
  void TearDown() override {
    os_.fail_nothing();
    alloc_.release_all();
  }

  unsigned char* bytes(std::uint64_t size, std::uint64_t alignment = 8,
                       MemoryKind kind = MemoryKind::kGc) {
    return static_cast<unsigned char*>(alloc_.alloc(size, alignment, kind));
  }
  std::uint64_t page() const { return platform_.machine.page_size; }
  std::uint64_t chunk() const { return round_up(256 * kKiB, page()); }
  std::uint64_t counted() const {
    std::uint64_t sum = 0;
    for (const MemoryKind kind : kKinds) sum += counters_.get(kind);
    return sum;
  }
  void expect_books_to_agree() const {
    EXPECT_EQ(counted(), accounted_.bytes());
    EXPECT_LE(alloc_.stock(), counters_.get(MemoryKind::kOther));
  }

  AccountedOs accounted_;
  os::FaultInjectionOs os_;
  Platform platform_;
  MemoryCounters counters_;
  PersistentAlloc alloc_;
};

TEST_F(PersistentAllocTest, NothingIsAskedOfTheSystemBeforeTheFirstRecord) {
  os_.fail_nothing();
  EXPECT_EQ(alloc_.stock(), 0U);
  alloc_.release_all();
  EXPECT_EQ(os_.calls(), 0U);
  EXPECT_EQ(counted(), 0U);
}

TEST_F(PersistentAllocTest, SmallRecordsAreCutFromAChunkBehindItsLink) {
  unsigned char* const first = bytes(24);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(platform_.address(first).value() % page(), round_up(sizeof(void*), 8));
  EXPECT_EQ(bytes(8), first + 24);
  EXPECT_EQ(bytes(1, 1), first + 32);
  EXPECT_EQ(bytes(1, 1), first + 33);
  EXPECT_EQ(bytes(8), first + 40);
  EXPECT_EQ(accounted_.allocs(), 1U);
  EXPECT_EQ(accounted_.bytes(), chunk());
}

TEST_F(PersistentAllocTest, RecordsFrom64KiBAreCallsOfTheirOwn) {
  ASSERT_NE(bytes(64 * kKiB - 1), nullptr);
  EXPECT_EQ(accounted_.bytes(), chunk());
  for (const std::uint64_t size : {64 * kKiB, 64 * kKiB + 1, 1000 * kKiB}) {
    const std::uint64_t before = accounted_.bytes();
    const std::uint64_t calls = accounted_.allocs();
    ASSERT_NE(bytes(size, 4096), nullptr);
    EXPECT_EQ(accounted_.bytes() - before, round_up(size, page()));
    EXPECT_EQ(accounted_.allocs() - calls, 1U);
  }
}

TEST_F(PersistentAllocTest, ARecordThatDoesNotFitBeginsANewChunk) {
  for (int i = 0; i < 3; ++i) ASSERT_NE(bytes(60 * kKiB), nullptr);
  EXPECT_EQ(accounted_.allocs(), 1U);
  for (int i = 0; i < 4; ++i) ASSERT_NE(bytes(60 * kKiB), nullptr);
  EXPECT_EQ(accounted_.allocs(), 2U);
  EXPECT_EQ(alloc_.stock(), 2 * chunk() - 420 * kKiB);
}

TEST_F(PersistentAllocTest, AChunkCountsAsOtherAndItsRecordsAsTheirKind) {
  ASSERT_NE(bytes(100, 8, MemoryKind::kSpans), nullptr);
  ASSERT_NE(bytes(50, 8, MemoryKind::kOther), nullptr);
  EXPECT_EQ(counters_.get(MemoryKind::kSpans), 100U);
  EXPECT_EQ(counters_.get(MemoryKind::kOther), chunk() - 100);
  EXPECT_EQ(alloc_.stock(), chunk() - 150);
  const std::uint64_t other = counters_.get(MemoryKind::kOther);
  for (std::uint64_t i = 1; alloc_.stock() == chunk() - 150; ++i) {
    ASSERT_LE(i, 20U) << "notes of direct records never come to lie in chunks";
    ASSERT_NE(bytes(64 * kKiB + 1, 8, MemoryKind::kCaches), nullptr);
    EXPECT_EQ(counters_.get(MemoryKind::kCaches), i * round_up(64 * kKiB + 1, page()));
    EXPECT_EQ(counters_.get(MemoryKind::kOther), other) << "a note is other_sys, as it was before";
  }
  EXPECT_LT(alloc_.stock(), chunk() - 150) << "but in stock no more";
}

struct Record {
  unsigned char* bytes;
  std::uint64_t size;
  unsigned char fill;
};

TEST_F(PersistentAllocTest, AnyRecordsAreZeroAlignedApartAndCounted) {
  std::mt19937 random(1);
  std::vector<Record> records;
  std::array<std::uint64_t, kMemoryKinds> expected{};
  for (int i = 0; i < 400; ++i) {
    const bool is_direct = i % 50 == 49;
    const std::uint64_t size = is_direct ? 64 * kKiB + random() % (64 * kKiB)
                                         : 1 + random() % (random() % 8 == 0 ? 20000 : 200);
    const std::uint64_t alignment = std::uint64_t{1} << random() % (is_direct ? 13 : 14);
    const std::size_t kind = random() % kMemoryKinds;
    unsigned char* const record = bytes(size, alignment, kKinds[kind]);
    ASSERT_NE(record, nullptr);
    EXPECT_TRUE(Address::of(record).is_aligned(alignment));
    const auto count = static_cast<std::size_t>(size);
    ASSERT_EQ(std::count(record, record + count, 0), static_cast<std::ptrdiff_t>(count));
    records.push_back({record, size, static_cast<unsigned char>(1 + i % 255)});
    std::memset(record, records.back().fill, count);
    expected[kind] += is_direct ? round_up(size, page()) : size;
    if (kKinds[kind] != MemoryKind::kOther) {
      ASSERT_EQ(counters_.get(kKinds[kind]), expected[kind]);
    }
    expect_books_to_agree();
  }
  for (const Record& record : records) {
    const auto count = static_cast<std::size_t>(record.size);
    EXPECT_EQ(std::count(record.bytes, record.bytes + count, record.fill),
              static_cast<std::ptrdiff_t>(count));
  }
}

TEST_F(PersistentAllocTest, ReleaseGivesEverythingBackAndCountsItNoLonger) {
  counters_.add(MemoryKind::kGc, 12345);  // from another user
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) ASSERT_NE(bytes(40 * kKiB), nullptr);
    for (int i = 0; i < 5; ++i) ASSERT_NE(bytes(100 * kKiB), nullptr);
    EXPECT_EQ(counted(), accounted_.bytes() + 12345);
    alloc_.release_all();
    EXPECT_EQ(accounted_.bytes(), 0U);
    EXPECT_EQ(accounted_.frees(), accounted_.allocs());
    EXPECT_EQ(counted(), 12345U);
    EXPECT_EQ(alloc_.stock(), 0U);
    alloc_.init(platform_, counters_);
  }
}

TEST_F(PersistentAllocTest, SizesNobodyHasFailAndChangeNothing) {
  os_.fail_nothing();
  EXPECT_EQ(bytes(~std::uint64_t{0}), nullptr);
  EXPECT_EQ(alloc_.alloc_array<std::uint64_t>(std::uint64_t{1} << 61, MemoryKind::kGc), nullptr)
      << "eight times that is 0";
  EXPECT_EQ(alloc_.alloc_array<std::uint64_t>((std::uint64_t{1} << 61) + 1, MemoryKind::kGc),
            nullptr);
  EXPECT_EQ(os_.calls(), 0U) << "the system need not be asked";
  EXPECT_EQ(bytes(std::uint64_t{1} << 62), nullptr);
  EXPECT_EQ(counters_.get(MemoryKind::kGc), 0U);
  expect_books_to_agree();
}

TEST_F(PersistentAllocTest, ArraysHaveRoomForAllElements) {
  std::uint32_t* const array = alloc_.alloc_array<std::uint32_t>(1000, MemoryKind::kGc);
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(counters_.get(MemoryKind::kGc), 4000U);
  EXPECT_EQ(array[999], 0U);
}

// Whichever call the system refuses, one allocation fails, nothing is lost, and the allocation
// succeeds later.
TEST_F(PersistentAllocTest, WhicheverCallFailsNothingIsLost) {
  constexpr std::array<std::uint64_t, 8> kSizes = {100 * kKiB, 8,         60 * kKiB, 60 * kKiB,
                                                   60 * kKiB,  60 * kKiB, 64 * kKiB, 60 * kKiB};
  std::uint32_t failures = 0;
  for (std::uint32_t k = 1; k == 1 || failures != 0; ++k) {
    os_.fail_call(k);
    failures = 0;
    std::uint64_t expected = 0;
    for (const std::uint64_t size : kSizes) {
      unsigned char* record = bytes(size);
      if (record == nullptr) {
        ++failures;
        EXPECT_EQ(counters_.get(MemoryKind::kGc), expected);
        expect_books_to_agree();
        record = bytes(size);
      }
      ASSERT_NE(record, nullptr);
      expected += size >= 64 * kKiB ? round_up(size, page()) : size;
      EXPECT_EQ(counters_.get(MemoryKind::kGc), expected);
      EXPECT_EQ(record[0], 0);
      EXPECT_EQ(record[size - 1], 0);
      expect_books_to_agree();
    }
    EXPECT_EQ(failures, os_.failed_calls());
    os_.fail_nothing();
    alloc_.release_all();
    EXPECT_EQ(accounted_.bytes(), 0U) << "call " << k << " failed";
    ASSERT_LT(k, 20U);
  }
}

TEST_F(PersistentAllocTest, WithoutAnyMemoryEveryRecordFailsAndTheFirstThatCanBeHadIs) {
  os_.fail_from_call(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bytes(8), nullptr);
    EXPECT_EQ(bytes(100 * kKiB), nullptr);
    EXPECT_EQ(counted(), 0U);
  }
  os_.fail_nothing();
  int directs = 0;
  while (alloc_.stock() == 0) {
    // Some need no chunk for their notes; this one needs it, and has no memory then.
    os_.fail_from_call(2);
    const bool has_memory = bytes(100 * kKiB) != nullptr;
    EXPECT_EQ(has_memory, alloc_.stock() == 0);
    directs += has_memory ? 1 : 0;
    ASSERT_LE(directs, 20);
  }
  EXPECT_EQ(alloc_.stock(), chunk());
  EXPECT_EQ(accounted_.allocs(), static_cast<std::uint64_t>(directs) + 1);
  EXPECT_NE(bytes(8), nullptr) << "from the chunk that is there";
  os_.fail_nothing();
  EXPECT_NE(bytes(100 * kKiB), nullptr);
  expect_books_to_agree();
}

TEST_F(PersistentAllocTest, ReleaseGoesOnWhenTheSystemWillNotTakeSomethingBack) {
  ASSERT_NE(bytes(8), nullptr);
  ASSERT_NE(bytes(100 * kKiB), nullptr);
  ASSERT_NE(bytes(200 * kKiB), nullptr);
  // A call that fails is not passed on, so exactly that piece is still there.
  os_.fail_call(1);
  alloc_.release_all();
  EXPECT_EQ(accounted_.frees(), 2U);
  EXPECT_EQ(counted(), 0U);
  EXPECT_EQ(alloc_.stock(), 0U);
}

}  // namespace
}  // namespace Atoll
