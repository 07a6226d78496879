// The purpose of each decorator. (The conformance suite tests that they keep the contract.)
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "os/decorators/address_limit.h"
#include "os/decorators/fault_injection.h"
#include "os/decorators/refuse_hints.h"
#include "os/decorators/retry.h"
#include "os/decorators/trace.h"
#include "os/sim/presets.h"
#include "os/sim/sim_os.h"

namespace Atoll::os {
namespace {

using sim::Config;
using sim::SimOs;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMiB = 1 << 20;

Config linux_config() { return sim::presets::linux_amd64(); }

bool is_null(const Allocation& a, Failure failure) {
  return a.base.is_null() && a.status.failure == failure;
}

// --- Trace. ---

std::string line_of(const TraceRecord& record) {
  std::array<char, kTraceLine> line;
  return std::string(format(record, line));
}

TEST(Trace, RecordsEveryVerbInOrder) {
  SimOs sim(linux_config());
  std::array<TraceRecord, 16> records;
  TraceOs os(sim, records);
  const Address base = os.reserve(Address(0xc000000000), 64 * kMiB).base;
  EXPECT_TRUE(os.map(base, 64 * kMiB).ok());
  EXPECT_TRUE(os.used(base, 8192).ok());
  EXPECT_TRUE(os.unused(base, kPage).ok());
  EXPECT_TRUE(os.fault(base, kPage).ok());
  EXPECT_TRUE(os.release(base, kPage).ok());
  EXPECT_TRUE(os.free(base + kPage, 64 * kMiB - kPage).ok());
  EXPECT_FALSE(os.free(base, kPage).ok());
  EXPECT_TRUE(is_null(os.reserve(Address(), std::uint64_t{1} << 62), Failure::kNoMemory));
  const Address allocated = os.alloc(3 * kPage).base;
  ASSERT_EQ(os.records().size(), 10u);
  EXPECT_EQ(os.overflow(), 0u);
  const char* const expected[] = {
      "reserve(0xc000000000, 64 MiB) -> 0xc000000000",
      "map(0xc000000000, 64 MiB) -> ok",
      "used(0xc000000000, 8 KiB) -> ok",
      "unused(0xc000000000, 4 KiB) -> ok",
      "fault(0xc000000000, 4 KiB) -> ok",
      "release(0xc000000000, 4 KiB) -> ok",
      "free(0xc000001000, 65532 KiB) -> ok",
      "free(0xc000000000, 4 KiB) -> not reserved",
      "reserve(null, 4 EiB) -> no memory",
      "alloc(12 KiB) -> ",
  };
  for (std::size_t i = 0; i + 1 < std::size(expected); ++i) {
    EXPECT_EQ(line_of(os.records()[i]), expected[i]);
  }
  EXPECT_EQ(line_of(os.records()[9]).substr(0, 17), expected[9]);
  EXPECT_EQ(os.records()[9].result, allocated);
}

TEST(Trace, RecordsQuestionsAndWishesWithTheirAnswers) {
  Config c = linux_config();
  SimOs sim(c);
  std::array<TraceRecord, 8> records;
  TraceOs os(sim, records);
  const Address base = sim.reserve(Address(0xc000000000), 64 * kMiB).base;
  ASSERT_TRUE(sim.map(base, 64 * kMiB).ok() && sim.used(base, 3 * kPage).ok());
  EXPECT_EQ(os.resident(base, 64 * kMiB), 3 * kPage);
  EXPECT_EQ(os.resident(base + kMiB, kPage), 0u);
  EXPECT_EQ(os.resident(base, 0), std::nullopt);
  EXPECT_TRUE(os.wish_huge_pages(base, 4 * kMiB, HugePages::kWanted).ok());
  EXPECT_TRUE(os.wish_huge_pages(base, 4 * kMiB, HugePages::kUnwanted).ok());
  EXPECT_FALSE(os.wish_huge_pages(base - kPage, kPage, HugePages::kUnwanted).ok());
  const char* const expected[] = {
      "resident(0xc000000000, 64 MiB) -> 12 KiB",
      "resident(0xc000100000, 4 KiB) -> 0 B",
      "resident(0xc000000000, 0 B) -> unknown",
      "wish_huge_pages(0xc000000000, 4 MiB, wanted) -> ok",
      "wish_huge_pages(0xc000000000, 4 MiB, unwanted) -> ok",
      "wish_huge_pages(0xbffffff000, 4 KiB, unwanted) -> not reserved",
  };
  ASSERT_EQ(os.records().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(line_of(os.records()[i]), expected[i]);
  }
}

TEST(Trace, CountsWhatDoesNotFit) {
  SimOs sim(linux_config());
  std::array<TraceRecord, 2> records;
  TraceOs os(sim, records);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(os.alloc(kPage).ok());
  EXPECT_EQ(os.records().size(), 2u);
  EXPECT_EQ(os.overflow(), 3u);
  os.clear();
  EXPECT_EQ(os.records().size(), 0u);
  EXPECT_EQ(os.overflow(), 0u);
  EXPECT_TRUE(os.alloc(kPage).ok());
  EXPECT_EQ(os.records().size(), 1u);
}

TEST(Trace, FormatsOddValuesAndCutsLines) {
  TraceRecord record;
  record.verb = Verb::kMap;
  record.address = Address(~std::uint64_t{0});
  record.size = 0;
  record.status = Status{Failure::kDenied, 13};
  EXPECT_EQ(line_of(record), "map(0xffffffffffffffff, 0 B) -> access denied (13)");
  record.size = 4097;
  record.status.native_code = -2147483647 - 1;
  EXPECT_EQ(line_of(record), "map(0xffffffffffffffff, 4097 B) -> access denied (-2147483648)");
  record.size = ~std::uint64_t{0};
  EXPECT_LT(line_of(record).size(), kTraceLine);
  std::array<char, 8> narrow;
  EXPECT_EQ(format(record, narrow), "map(0xff");
  EXPECT_EQ(format(record, std::span<char>()), "");
}

// --- Fault injection. ---

TEST(FaultInjection, FailsTheKthCallOnly) {
  SimOs sim(linux_config());
  FaultInjectionOs os(sim);
  os.fail_call(2);
  EXPECT_TRUE(os.alloc(kPage).ok());
  EXPECT_TRUE(is_null(os.alloc(kPage), Failure::kNoMemory));
  EXPECT_TRUE(os.alloc(kPage).ok());
  EXPECT_EQ(os.calls(), 3u);
  EXPECT_EQ(os.failed_calls(), 1u);
  EXPECT_EQ(sim.calls(), 2u) << "the failed one did not get through";
  os.fail_call(1);
  EXPECT_TRUE(is_null(os.alloc(kPage), Failure::kNoMemory)) << "counting starts again";
}

TEST(FaultInjection, FailsFromTheKthCallOn) {
  SimOs sim(linux_config());
  FaultInjectionOs os(sim);
  os.fail_with(Failure::kDenied, 13);
  os.fail_from_call(2);
  EXPECT_TRUE(os.reserve(Address(), kPage).ok());
  for (int i = 0; i < 3; ++i) {
    const Allocation a = os.reserve(Address(), kPage);
    EXPECT_TRUE(is_null(a, Failure::kDenied));
    EXPECT_EQ(a.status.native_code, 13);
  }
  os.fail_nothing();
  EXPECT_TRUE(os.reserve(Address(), kPage).ok());
}

TEST(FaultInjection, ChoosesVerbs) {
  SimOs sim(linux_config());
  FaultInjectionOs os(sim);
  os.only(Verb::kMap | Verb::kUsed);
  os.fail_call(2);
  const Address base = os.reserve(Address(), kPage).base;
  EXPECT_TRUE(os.map(base, kPage).ok());
  EXPECT_FALSE(os.used(base, kPage).ok());
  EXPECT_TRUE(os.used(base, kPage).ok());
  EXPECT_TRUE(os.free(base, kPage).ok());
  EXPECT_EQ(os.calls(), 3u);
}

// Fails every verb at every place: a failed call reaches nothing beneath.
TEST(FaultInjection, EveryVerbCanFail) {
  SimOs sim(linux_config());
  FaultInjectionOs os(sim);
  const Address base = os.alloc(kPage).base;
  const std::uint64_t calls = sim.calls();
  os.fail_from_call(1);
  EXPECT_FALSE(os.reserve(Address(), kPage).ok());
  EXPECT_FALSE(os.release(base, kPage).ok());
  EXPECT_FALSE(os.map(base, kPage).ok());
  EXPECT_FALSE(os.used(base, kPage).ok());
  EXPECT_FALSE(os.unused(base, kPage).ok());
  EXPECT_FALSE(os.fault(base, kPage).ok());
  EXPECT_FALSE(os.alloc(kPage).ok());
  EXPECT_FALSE(os.free(base, kPage).ok());
  EXPECT_EQ(os.resident(base, kPage), std::nullopt);
  EXPECT_FALSE(os.wish_huge_pages(base, kPage, HugePages::kWanted).ok());
  EXPECT_EQ(os.failed_calls(), 10u);
  EXPECT_EQ(sim.calls(), calls);
}

// --- Address limit. ---

TEST(AddressLimit, HintsAboveAreNotHonoured) {
  Config c = linux_config();
  c.origin = Address(0x20'0000'0000);
  SimOs sim(c);
  AddressLimitOs os(sim, 39);
  EXPECT_EQ(os.probe().address_bits, 39u);
  const Address amd64(0xc0'0000'0000);
  const Address arm64(0x40'0000'0000);
  const Allocation moved = os.reserve(amd64, kMiB);
  EXPECT_EQ(moved.base, Address(0x20'0000'0000 - kMiB));
  EXPECT_EQ(os.reserve(arm64, kMiB).base, arm64);
  const Address last(0x80'0000'0000 - kMiB);
  EXPECT_EQ(os.reserve(last, kMiB).base, last);
  EXPECT_NE(os.reserve(last + kPage, kMiB).base, last + kPage) << "sticks out";
}

TEST(AddressLimit, TheProgramIsNotAboveEither) {
  Config c = linux_config();
  c.end_of_data = Address(0x5555'5555'5123);
  c.program_break = Address(0x5555'5555'6000);
  SimOs sim(c);
  EXPECT_TRUE(AddressLimitOs(sim, 39).probe().end_of_data.is_null());
  EXPECT_TRUE(AddressLimitOs(sim, 39).probe().program_break.is_null());
  EXPECT_EQ(AddressLimitOs(sim, 47).probe().end_of_data, c.end_of_data);
}

TEST(AddressLimit, AnswersAboveAreGivenBack) {
  SimOs sim(linux_config());
  AddressLimitOs os(sim, 39);
  EXPECT_TRUE(is_null(os.reserve(Address(), kMiB), Failure::kNoMemory));
  EXPECT_TRUE(is_null(os.alloc(kMiB), Failure::kNoMemory));
  EXPECT_EQ(sim.bytes_held(), 0u);
}

TEST(AddressLimit, LooksBeneathTheLimitIfTold) {
  SimOs sim(linux_config());
  AddressLimitOs os(sim, 39, AddressLimitOs::HighAnswer::kLooksBeneath);
  const Address end(0x80'0000'0000);
  const Address reserved = os.reserve(Address(), kMiB).base;
  EXPECT_FALSE(reserved.is_null());
  EXPECT_LE(reserved + kMiB, end);
  const Address allocated = os.alloc(kMiB).base;
  EXPECT_FALSE(allocated.is_null());
  EXPECT_LE(allocated + kMiB, end);
  EXPECT_TRUE(sim.space().is_all({allocated, kMiB}, sim::State::kReady));
  EXPECT_TRUE(os.free(allocated, kMiB).ok());
  EXPECT_TRUE(os.release(reserved, kMiB).ok());
  EXPECT_EQ(sim.bytes_held(), 0u);
  EXPECT_EQ(sim.misuses(), 0u);
}

TEST(AddressLimit, NothingIsLostWhereNoHintIsHonoured) {
  SimOs sim(sim::presets::gvisor_amd64());
  AddressLimitOs os(sim, 39, AddressLimitOs::HighAnswer::kLooksBeneath);
  EXPECT_TRUE(is_null(os.reserve(Address(), kMiB), Failure::kNoMemory));
  EXPECT_TRUE(is_null(os.alloc(kMiB), Failure::kNoMemory));
  EXPECT_EQ(sim.bytes_held(), 0u);
}

TEST(AddressLimit, FailedAllocBeneathTheLimitLeavesNothing) {
  Config c = linux_config();
  c.commit_limit = 2 * kMiB;
  SimOs sim(c);
  FaultInjectionOs faulty(sim);
  AddressLimitOs os(faulty, 39, AddressLimitOs::HighAnswer::kLooksBeneath);
  for (const Verb verb : {Verb::kMap, Verb::kUsed}) {
    faulty.only(verb);
    faulty.fail_call(1);
    EXPECT_TRUE(is_null(os.alloc(kMiB), Failure::kNoMemory));
    EXPECT_EQ(sim.bytes_held(), 0u);
  }
}

TEST(AddressLimit, MemoryAboveIsNobodys) {
  SimOs sim(linux_config());
  AddressLimitOs os(sim, 39);
  const Address above = sim.alloc(kPage).base;
  EXPECT_EQ(os.unused(above, kPage).failure, Failure::kNotReserved);
  EXPECT_EQ(os.fault(above, kPage).failure, Failure::kNotReserved);
  EXPECT_EQ(os.free(above, kPage).failure, Failure::kNotReserved);
  EXPECT_EQ(os.resident(above, kPage), std::nullopt);
  EXPECT_EQ(os.wish_huge_pages(above, kPage, HugePages::kWanted).failure, Failure::kNotReserved);
  EXPECT_TRUE(sim.space().is_all({above, kPage}, sim::State::kReady));
}

TEST(AddressLimit, WiderThanTheSystemChangesNothing) {
  SimOs sim(linux_config());
  AddressLimitOs os(sim, 64);
  EXPECT_EQ(os.probe().address_bits, 47u);
  const Address hint(0xc0'0000'0000);
  EXPECT_EQ(os.reserve(hint, kMiB).base, hint);
  EXPECT_TRUE(os.reserve(Address(), kMiB).ok());
}

// --- Refused hints. ---

TEST(RefuseHints, MemoryLiesElsewhere) {
  SimOs sim(linux_config());
  RefuseHintsOs os(sim);
  EXPECT_FALSE(os.probe().honours_hints);
  const Address hint(0xc0'0000'0000);
  const Allocation a = os.reserve(hint, kMiB);
  EXPECT_TRUE(a.ok());
  EXPECT_NE(a.base, hint);
  // This also holds where the system itself would choose the hint.
  const Address next = a.base - kMiB;
  const Allocation b = os.reserve(next, kMiB);
  EXPECT_TRUE(b.ok());
  EXPECT_NE(b.base, next);
  EXPECT_EQ(sim.bytes_held(), 2 * kMiB);
}

TEST(RefuseHints, ALinearSystemSubstitutesNothing) {
  Config c = sim::presets::plan9_amd64();
  SimOs sim(c);
  RefuseHintsOs os(sim);
  EXPECT_TRUE(is_null(os.reserve(c.origin, kPage), Failure::kNoMemory));
  EXPECT_EQ(os.reserve(Address(), kPage).base, c.origin);
}

// --- Retry. ---

struct Cache {
  SimOs* os = nullptr;
  Address held;
  int calls = 0;
  std::uint64_t wanted = 0;
};

bool drop_cache(void* context, std::uint64_t size) {
  Cache& cache = *static_cast<Cache*>(context);
  ++cache.calls;
  cache.wanted = size;
  if (cache.held.is_null()) return false;
  const bool freed = cache.os->free(cache.held, kMiB).ok();
  cache.held = Address();
  return freed;
}

TEST(Retry, FreesAndTriesOnceMore) {
  Config c = linux_config();
  c.address_space_limit = kMiB;
  SimOs sim(c);
  Cache cache{&sim, sim.alloc(kMiB).base};
  RetryOs os(sim, drop_cache, &cache);
  const Allocation a = os.reserve(Address(), 2 * kPage);
  EXPECT_TRUE(a.ok());
  EXPECT_EQ(cache.calls, 1);
  EXPECT_EQ(cache.wanted, 2 * kPage);
  EXPECT_TRUE(is_null(os.alloc(kMiB), Failure::kNoMemory)) << "nothing left to free";
  EXPECT_EQ(cache.calls, 2);
}

TEST(Retry, RetriesEveryVerbThatTakesMemory) {
  SimOs sim(linux_config());
  FaultInjectionOs faulty(sim);
  int calls = 0;
  RetryOs os(faulty, [](void* n, std::uint64_t) { return ++*static_cast<int*>(n) != 0; }, &calls);
  faulty.fail_call(1);
  const Address base = os.reserve(Address(), kPage).base;
  EXPECT_FALSE(base.is_null());
  faulty.fail_call(1);
  EXPECT_TRUE(os.map(base, kPage).ok());
  faulty.fail_call(1);
  EXPECT_TRUE(os.used(base, kPage).ok());
  faulty.fail_call(1);
  EXPECT_TRUE(os.alloc(kPage).ok());
  EXPECT_EQ(calls, 4);
  faulty.fail_from_call(1);
  EXPECT_FALSE(os.alloc(kPage).ok()) << "once, not for ever";
  EXPECT_EQ(calls, 5);
  faulty.fail_call(1);
  EXPECT_FALSE(os.free(base, kPage).ok()) << "freeing more would not help";
  EXPECT_EQ(calls, 5);
}

TEST(Retry, OtherFailuresAreFinal) {
  SimOs sim(linux_config());
  FaultInjectionOs faulty(sim);
  faulty.fail_with(Failure::kDenied);
  faulty.fail_call(1);
  Cache cache;
  RetryOs os(faulty, drop_cache, &cache);
  EXPECT_TRUE(is_null(os.alloc(kPage), Failure::kDenied));
  EXPECT_EQ(cache.calls, 0);
  os.set_callback(nullptr, nullptr);
  EXPECT_TRUE(is_null(os.reserve(Address(), std::uint64_t{1} << 60), Failure::kNoMemory));
}

}  // namespace
}  // namespace Atoll::os
