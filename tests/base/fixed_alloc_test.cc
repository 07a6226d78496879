#include "src/base/fixed_alloc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <vector>

#include "os/base/bits.h"
#include "tests/base/accounted_os.h"

namespace Atoll {
namespace {

using port::Release;

class FixedAllocTest : public ::testing::Test {
 protected:
  FixedAllocTest()
      : accounted_(os::native()),
        os_(accounted_),
        platform_{os_, os_.probe(), port::native_spec()} {
    memory_.init(platform_, counters_);
  }
  void TearDown() override {
    os_.fail_nothing();
    memory_.release_all();
    EXPECT_EQ(accounted_.bytes(), 0U);
  }

  std::uint64_t chunk_bytes() const { return counters_.get(MemoryKind::kSpans); }

  AccountedOs accounted_;
  os::FaultInjectionOs os_;
  Platform platform_;
  MemoryCounters counters_;
  PersistentAlloc memory_;
};

// The calls of a FirstFunction, and the answer that it shall give.
struct Firsts {
  static bool note(void* argument, void* record) {
    Firsts& firsts = *static_cast<Firsts*>(argument);
    firsts.records.push_back(record);
    return !firsts.refuses;
  }

  std::vector<void*> records;
  bool refuses = false;
};

bool is_filled(const void* record, std::uint64_t size, int fill) {
  const auto* const bytes = static_cast<const unsigned char*>(record);
  const auto count = static_cast<std::size_t>(size);
  return std::count(bytes, bytes + count, fill) == static_cast<std::ptrdiff_t>(count);
}

void fill(void* record, std::uint64_t size, int value) {
  std::memset(record, value, static_cast<std::size_t>(size));
}

TEST_F(FixedAllocTest, ChunksAre16KiBAndFrom118AWholeNumberOfRecords) {
  struct Case {
    std::uint64_t size, records, chunk_from_1_18;
  };
  for (const Case& c : {Case{8, 2048, 16384}, Case{96, 170, 16320}, Case{5000, 3, 15000},
                        Case{8200, 1, 8200}, Case{16384, 1, 16384}}) {
    for (const Release release : port::kReleases) {
      const std::uint64_t chunk = release >= Release::k1_18 ? c.chunk_from_1_18 : 16384;
      const std::uint64_t before = chunk_bytes();
      FixedAlloc alloc;
      alloc.init(memory_, release, c.size, MemoryKind::kSpans);
      EXPECT_EQ(chunk_bytes(), before) << "nothing is taken before the first record";
      for (std::uint64_t i = 0; i < c.records; ++i) ASSERT_NE(alloc.alloc(), nullptr);
      EXPECT_EQ(chunk_bytes() - before, chunk) << c.size << " in " << name(release);
      ASSERT_NE(alloc.alloc(), nullptr);
      EXPECT_EQ(chunk_bytes() - before, 2 * chunk);
    }
  }
}

TEST_F(FixedAllocTest, SizesAreRaisedToAMultipleOf8) {
  for (const std::uint64_t size : {1U, 7U, 8U, 9U, 96U, 100U, 16383U}) {
    FixedAlloc alloc;
    alloc.init(memory_, Release::k1_18, size, MemoryKind::kSpans);
    EXPECT_EQ(alloc.record_size(), round_up(size, 8));
    for (int i = 0; i < 3; ++i) {
      void* const record = alloc.alloc();
      ASSERT_NE(record, nullptr);
      EXPECT_TRUE(Address::of(record).is_aligned(8));
    }
  }
}

TEST_F(FixedAllocTest, TheRecordFreedLastIsHandedOutFirst) {
  FixedAlloc alloc;
  alloc.init(memory_, Release::k1_11, 64, MemoryKind::kSpans);
  void* const a = alloc.alloc();
  void* const b = alloc.alloc();
  alloc.free(a);
  alloc.free(b);
  EXPECT_EQ(alloc.alloc(), b);
  EXPECT_EQ(alloc.alloc(), a);
}

TEST_F(FixedAllocTest, AFreedRecordIsZeroOrWhatItWasButForItsFirstWord) {
  for (const FixedAlloc::Zero zero : {FixedAlloc::Zero::kYes, FixedAlloc::Zero::kNo}) {
    FixedAlloc alloc;
    alloc.init(memory_, Release::k1_11, 64, MemoryKind::kSpans, nullptr, nullptr, zero);
    void* const record = alloc.alloc();
    ASSERT_TRUE(is_filled(record, 64, 0));
    fill(record, 64, 0xa5);
    alloc.free(record);
    ASSERT_EQ(alloc.alloc(), record);
    if (zero == FixedAlloc::Zero::kYes) {
      EXPECT_TRUE(is_filled(record, 64, 0));
    } else {
      EXPECT_TRUE(is_filled(static_cast<char*>(record) + sizeof(void*), 64 - sizeof(void*), 0xa5));
    }
  }
}

TEST_F(FixedAllocTest, FirstSeesEveryRecordOnce) {
  Firsts firsts;
  FixedAlloc alloc;
  alloc.init(memory_, Release::k1_11, 4000, MemoryKind::kSpans, Firsts::note, &firsts);
  std::vector<void*> records;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10; ++i) records.push_back(alloc.alloc());
    if (round == 0) {
      EXPECT_EQ(firsts.records, records);
    }
    for (void* const record : records) alloc.free(record);
    records.clear();
  }
  EXPECT_EQ(firsts.records.size(), 10U) << "the second round had the records of the first";
}

TEST_F(FixedAllocTest, ARecordThatFirstRefusesIsTriedAgain) {
  Firsts firsts;
  FixedAlloc alloc;
  alloc.init(memory_, Release::k1_11, 8192, MemoryKind::kSpans, Firsts::note, &firsts);
  void* const taken = alloc.alloc();
  firsts.refuses = true;
  EXPECT_EQ(alloc.alloc(), nullptr);
  EXPECT_EQ(alloc.alloc(), nullptr);
  EXPECT_EQ(alloc.in_use_bytes(), 8192U);
  alloc.free(taken);
  EXPECT_EQ(alloc.alloc(), taken) << "which was seen before";
  firsts.refuses = false;
  void* const refused = alloc.alloc();
  ASSERT_EQ(firsts.records.size(), 4U);
  EXPECT_EQ(firsts.records, (std::vector<void*>{taken, refused, refused, refused}));
  EXPECT_EQ(chunk_bytes(), 16384U) << "no chunk was wasted";
}

TEST_F(FixedAllocTest, AnyOrderOfCallsKeepsRecordsApart) {
  constexpr std::uint64_t kSize = 104;
  FixedAlloc alloc;
  alloc.init(memory_, Release::k1_11, kSize, MemoryKind::kSpans);
  struct Held {
    void* record;
    int fill;
  };
  std::mt19937 random(1);
  std::vector<Held> held;
  std::set<void*> seen;
  std::size_t most = 0;
  for (int step = 1; step <= 4000; ++step) {
    if (held.empty() || random() % 5 < 3) {
      void* const record = alloc.alloc();
      ASSERT_NE(record, nullptr);
      ASSERT_TRUE(is_filled(record, kSize, 0));
      held.push_back({record, 1 + step % 255});
      fill(record, kSize, held.back().fill);
      seen.insert(record);
    } else {
      const std::size_t i = random() % held.size();
      ASSERT_TRUE(is_filled(held[i].record, kSize, held[i].fill));
      alloc.free(held[i].record);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
    }
    most = std::max(most, held.size());
    ASSERT_EQ(alloc.in_use_bytes(), held.size() * kSize);
    ASSERT_EQ(seen.size(), most) << "a new record is cut only when none is free";
  }
  for (const Held& h : held) EXPECT_TRUE(is_filled(h.record, kSize, h.fill));
}

TEST_F(FixedAllocTest, WhicheverCallFailsNothingIsLost) {
  constexpr int kRecords = 70;  // more than three chunks of the system hold
  std::uint32_t failures = 0;
  for (std::uint32_t k = 1; k == 1 || failures != 0; ++k) {
    os_.fail_call(k);
    failures = 0;
    FixedAlloc alloc;
    alloc.init(memory_, Release::k1_18, 12000, MemoryKind::kSpans);
    std::set<void*> records;
    for (int i = 0; i < kRecords; ++i) {
      void* record = alloc.alloc();
      if (record == nullptr) {
        ++failures;
        EXPECT_EQ(alloc.in_use_bytes(), records.size() * 12000);
        EXPECT_EQ(chunk_bytes(), records.size() * 12000);
        record = alloc.alloc();
      }
      ASSERT_NE(record, nullptr);
      EXPECT_TRUE(records.insert(record).second);
    }
    EXPECT_EQ(failures, os_.failed_calls());
    if (k == 1) {
      EXPECT_EQ(failures, 1U);
    }
    os_.fail_nothing();
    memory_.release_all();
    EXPECT_EQ(accounted_.bytes(), 0U);
    ASSERT_LT(k, 20U);
  }
}

TEST_F(FixedAllocTest, CanBeginAgainWhenItsMemoryIsReleased) {
  FixedAlloc alloc;
  for (int round = 0; round < 2; ++round) {
    alloc.init(memory_, Release::k1_11, 64, MemoryKind::kSpans);
    EXPECT_EQ(alloc.in_use_bytes(), 0U);
    void* const record = alloc.alloc();
    ASSERT_NE(record, nullptr);
    ASSERT_TRUE(is_filled(record, 64, 0));
    fill(record, 64, 0xa5);
    ASSERT_NE(alloc.alloc(), nullptr);
    alloc.free(record);
    memory_.release_all();
  }
}

}  // namespace
}  // namespace Atoll
