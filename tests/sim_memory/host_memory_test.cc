#include "tests/sim_memory/host_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// A place that is free with and without sanitizers.
constexpr Address kBase(0x30'0000'0000);

// Whether this process has any mapping in `place`, as the kernel tells it.
bool is_mapped(Range place) {
  std::FILE* const maps = std::fopen("/proc/self/maps", "r");
  EXPECT_NE(maps, nullptr);
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  char rest[4096];
  bool found = false;
  while (std::fscanf(maps, "%lx-%lx%4095[^\n]", &first, &end, rest) >= 2) {
    found = found || Range{Address(first), end - first}.overlaps(place);
  }
  std::fclose(maps);
  return found;
}

class HostMemoryOfPage : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  HostMemoryOfPage() : page_(GetParam()), bias_(bias()), memory_(bias_) {}

  // For places that this process cannot have, such as the shadow of a sanitizer.
  static std::uint64_t bias() {
    const Range place{kBase, 64 * kMiB};
    return HostMemory::is_free(place, 0) ? 0 : kBase.value() - 0x1100'0000'0000;
  }

  Range pages(std::uint64_t first, std::uint64_t count) const {
    return {kBase + first * page_, count * page_};
  }
  volatile std::uint64_t& word(Address address) const {
    return *static_cast<volatile std::uint64_t*>((address - bias_).pointer());
  }
  volatile std::uint64_t& last_word(Range range) const { return word(range.end() - 8); }

  std::uint64_t page_;
  std::uint64_t bias_;
  HostMemory memory_;
};

class HostMemoryDeathTest : public HostMemoryOfPage {};

TEST_P(HostMemoryOfPage, FreshMemoryIsZeroAndKeepsWhatIsWritten) {
  memory_.ready(pages(0, 3));
  EXPECT_EQ(word(kBase), 0U);
  EXPECT_EQ(last_word(pages(0, 3)), 0U);
  word(kBase) = 1;
  last_word(pages(0, 3)) = 2;
  memory_.ready(pages(0, 5));
  EXPECT_EQ(word(kBase), 1U);
  EXPECT_EQ(last_word(pages(0, 3)), 2U);
  EXPECT_EQ(last_word(pages(0, 5)), 0U);
}

TEST_P(HostMemoryOfPage, TellsWhichPagesHoldMemory) {
  memory_.ready(pages(0, 8));
  EXPECT_EQ(memory_.resident(pages(0, 16), page_), 0U);
  word(pages(1, 1).base) = 1;
  last_word(pages(1, 1)) = 1;
  last_word(pages(4, 1)) = 1;
  EXPECT_EQ(memory_.resident(pages(0, 16), page_), 2 * page_);
  EXPECT_EQ(memory_.resident(pages(2, 3), page_), page_);
  memory_.withheld(pages(4, 2));
  EXPECT_EQ(memory_.resident(pages(0, 8), page_), 2 * page_) << "it is kept";
  memory_.lost(pages(4, 1));
  memory_.ready(pages(4, 1));
  EXPECT_EQ(memory_.resident(pages(0, 8), page_), page_);
}

TEST_P(HostMemoryOfPage, WithheldMemoryKeepsItsContents) {
  memory_.ready(pages(0, 3));
  for (std::uint64_t i = 0; i < 3; ++i) word(pages(i, 1).base) = i + 1;
  memory_.withheld(pages(1, 4));
  memory_.withheld(pages(0, 2));
  memory_.ready(pages(0, 4));
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(word(pages(i, 1).base), i + 1);
  EXPECT_EQ(word(pages(3, 1).base), 0U);
}

TEST_P(HostMemoryOfPage, LostMemoryIsZeroWhenItIsReadyAgain) {
  memory_.ready(pages(0, 3));
  for (std::uint64_t i = 0; i < 3; ++i) word(pages(i, 1).base) = i + 1;
  memory_.withheld(pages(1, 1));
  memory_.lost(pages(1, 1));
  memory_.lost(pages(1, 1));
  memory_.ready(pages(0, 3));
  EXPECT_EQ(word(pages(0, 1).base), 1U);
  EXPECT_EQ(word(pages(1, 1).base), 0U);
  EXPECT_EQ(word(pages(2, 1).base), 3U);
}

TEST_P(HostMemoryDeathTest, MemoryThatIsNotReadyCannotBeTouched) {
  memory_.ready(pages(0, 3));
  memory_.withheld(pages(1, 1));
  memory_.lost(pages(2, 1));
  EXPECT_DEATH(word(pages(1, 1).base) = 1, "");
  EXPECT_DEATH(word(pages(2, 1).base) = 1, "");
}

TEST_P(HostMemoryDeathTest, APlaceThatIsTakenEndsTheProgramWithAMessage) {
  memory_.ready(pages(1, 1));
  HostMemory other(bias_);
  EXPECT_DEATH(other.ready(pages(0, 3)), "HostMemory: cannot map .* 0x3000000000: File exists");
}

TEST_P(HostMemoryOfPage, LargeRangesAreOneBlockEach) {
  const Range whole = pages(0, 64 * kMiB / page_);
  memory_.ready(whole);
  word(whole.base) = 1;
  last_word(whole) = 2;
  EXPECT_EQ(memory_.blocks(), 1U);
  EXPECT_EQ(memory_.bytes_mapped(), 64 * kMiB);
  memory_.withheld(pages(5, 1));
  EXPECT_EQ(memory_.blocks(), 3U);
  memory_.ready(pages(5, 1));
  EXPECT_EQ(memory_.blocks(), 1U);
  memory_.lost(whole);
  EXPECT_EQ(memory_.blocks(), 0U);
  EXPECT_FALSE(is_mapped({whole.base - bias_, whole.size}));
}

TEST_P(HostMemoryOfPage, EverythingIsUnmappedAtTheEnd) {
  const Range all{pages(0, 9).base - bias_, pages(0, 9).size};
  {
    HostMemory memory(bias_);
    memory.ready(pages(0, 2));
    memory.ready(pages(4, 5));
    memory.withheld(pages(5, 2));
    EXPECT_TRUE(is_mapped(all));
    EXPECT_FALSE(HostMemory::is_free(pages(0, 9), bias_));
  }
  EXPECT_FALSE(is_mapped(all));
  EXPECT_TRUE(HostMemory::is_free(pages(0, 9), bias_));
}

// Any calls in any order, against a model of one page after the other.
TEST_P(HostMemoryOfPage, AnyOrderOfCallsKeepsWhatItShould) {
  constexpr std::uint64_t kPages = 24;
  struct Page {
    bool is_ready = false;
    std::uint64_t content = 0;
  };
  std::vector<Page> model(kPages);
  std::mt19937 random(1);
  for (std::uint64_t step = 1; step <= 3000; ++step) {
    const std::uint64_t first = random() % kPages;
    const std::uint64_t count = 1 + random() % (kPages - first);
    const Range range = pages(first, count);
    const std::uint64_t call = random() % 3;
    if (call == 0) memory_.ready(range);
    if (call == 1) memory_.withheld(range);
    if (call == 2) memory_.lost(range);
    for (std::uint64_t i = first; i < first + count; ++i) {
      model[i].is_ready = call == 0;
      if (call == 2) model[i].content = 0;
    }
    for (std::uint64_t i = 0; i < kPages; ++i) {
      if (!model[i].is_ready) continue;
      ASSERT_EQ(word(pages(i, 1).base), model[i].content) << "page " << i << ", step " << step;
      ASSERT_EQ(last_word(pages(i, 1)), model[i].content);
    }
    const std::uint64_t written = random() % kPages;
    if (model[written].is_ready) {
      word(pages(written, 1).base) = step;
      last_word(pages(written, 1)) = step;
      model[written].content = step;
    }
    ASSERT_LE(memory_.blocks(), kPages);
  }
}

const auto kPageSizes =
    ::testing::Values(std::uint64_t{4096}, std::uint64_t{16384}, std::uint64_t{65536});
INSTANTIATE_TEST_SUITE_P(PageSizes, HostMemoryOfPage, kPageSizes);
INSTANTIATE_TEST_SUITE_P(PageSizes, HostMemoryDeathTest, kPageSizes);

class EverySystem : public ::testing::TestWithParam<System> {
 protected:
  EverySystem() : world_(GetParam().preset, GetParam().spec), platform_(world_.platform()) {}

  os::Os& os() { return world_.os(); }
  std::uint64_t page() const { return platform_.machine.page_size; }
  unsigned char* byte(Address address) const {
    return platform_.pointer_to<unsigned char>(address);
  }
  void expect_zero_and_fill(Range range) {
    for (const Address address : {range.base, range.last()}) {
      EXPECT_EQ(*byte(address), 0);
      *byte(address) = 0xa5;
      EXPECT_EQ(platform_.address(byte(address)), address);
    }
  }

  TouchableWorld world_;
  Platform platform_;
};

TEST_P(EverySystem, GivesRecordsThatCanBeTouched) {
  std::vector<Range> records;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t size = (kMiB / 4) << i % 5;
    const os::Allocation record = os().alloc(size);
    ASSERT_TRUE(record.ok());
    records.push_back({record.base, size});
    expect_zero_and_fill(records.back());
  }
  for (const Range record : records) EXPECT_TRUE(os().free(record.base, record.size).ok());
  EXPECT_EQ(world_.memory().bytes_mapped(), 0U);
  EXPECT_EQ(world_.os().bytes_held(), 0U);
}

TEST_P(EverySystem, GivesAnArenaThatCanBeTouched) {
  const std::uint64_t size = platform_.spec.heap_arena_bytes;
  const Address hint(port::first_hint(platform_.spec).value_or(0));
  os::Allocation arena = os().reserve(hint, size);
  if (!arena.ok()) arena = os().reserve(Address(), size);
  ASSERT_TRUE(arena.ok());
  if (platform_.machine.honours_hints && !platform_.machine.linear_only && !hint.is_null() &&
      hint.value() >> platform_.machine.address_bits == 0) {
    EXPECT_EQ(arena.base, hint) << "this is the test's own system: the hint must be free";
  }
  const Range range{arena.base, size};
  const Range inner{range.base + page(), size - 2 * page()};
  ASSERT_TRUE(os().map(range.base, size).ok());
  ASSERT_TRUE(os().used(range.base, size).ok());
  expect_zero_and_fill(range);
  ASSERT_TRUE(os().unused(inner.base, inner.size).ok());
  EXPECT_EQ(*byte(range.base), 0xa5) << "only what is inside is unused";
  EXPECT_EQ(*byte(range.last()), 0xa5);
  ASSERT_TRUE(os().used(inner.base, inner.size).ok());
  expect_zero_and_fill(inner);

  ASSERT_TRUE(os().unused(range.base, size).ok());
  ASSERT_TRUE(os().used(range.base, size).ok());
  EXPECT_EQ(*byte(range.base), os().decommit_zeroes() ? 0 : 0xa5);
  EXPECT_EQ(*byte(inner.last()), os().decommit_zeroes() ? 0 : 0xa5);
  ASSERT_TRUE(os().free(range.base, size).ok());
  EXPECT_EQ(world_.memory().bytes_mapped(), 0U);
  EXPECT_EQ(world_.os().misuses(), 0U);
}

TEST_P(EverySystem, ABiasIsAWholeNumberOfLargeUnits) {
  EXPECT_EQ(world_.pointer_bias(), platform_.machine.pointer_bias);
  EXPECT_EQ(world_.pointer_bias() % (65536 * kMiB), 0U);
}

TEST_P(EverySystem, WhatWasHeldIsGoneWithTheWorld) {
  Range place;
  {
    TouchableWorld world(GetParam().preset, GetParam().spec);
    const os::Allocation record = world.os().alloc(4 * kMiB);
    ASSERT_TRUE(record.ok());
    place = {record.base - world.pointer_bias(), 4 * kMiB};
    EXPECT_TRUE(is_mapped(place));
  }
  EXPECT_FALSE(is_mapped(place));
}

INSTANTIATE_TEST_SUITE_P(Presets, EverySystem, ::testing::ValuesIn(kSystems),
                         [](const auto& system) { return std::string(system.param.preset.name); });

}  // namespace
}  // namespace Atoll::test
