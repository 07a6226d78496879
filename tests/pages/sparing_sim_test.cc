// The system calls of a sparing heap, and its behaviour on a system that gives little.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "os/sim/presets.h"
#include "tests/pages/traced.h"

namespace Atoll::pages {
namespace {

namespace presets = os::sim::presets;
using port::Goarch;
using port::Goos;
using port::kPageSize;
using port::Release;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr Address kHint{0xc0'0000'0000};

class Sparing : public Traced {
 public:
  explicit Sparing(const os::sim::Config& config = presets::linux_amd64(),
                   const port::PortSpec& spec = linux_amd64())
      : Traced(config, spec, {.is_sparing = true}) {}

  std::uint64_t mapped() { return heap.statistics().mapped; }

  // Allocates pieces of `size` until there is no more memory. Returns how many bytes it got.
  std::uint64_t take_all(std::uint64_t size) {
    std::uint64_t bytes = 0;
    while (bytes < kGiB && allocate(size) != nullptr) bytes += size;
    return bytes;
  }
};

TEST(SparingHeap, BeginsWithLittleInEveryRelease) {
  for (const Release release : {Release::k1_11, Release::k1_14, Release::k1_17, Release::k1_27}) {
    SCOPED_TRACE(port::minor_version(release));
    Sparing run(presets::linux_amd64(), linux_amd64(release));
    // The call gets the first table of the arena map; everything else of the map and the arena is
    // in the same chunk.
    EXPECT_EQ(run.calls(), Lines{"alloc(512 KiB)"});
    Span* const span = run.allocate(1);
    ASSERT_NE(span, nullptr);
    EXPECT_EQ(span->base, kHint);
    EXPECT_EQ(run.calls(), (Lines{
                               "reserve(0xc000000000, 1 MiB) -> 0xc000000000",
                               "map(0xc000000000, 1 MiB) -> ok",
                               "used(0xc000000000, 8 KiB) -> ok",
                           }));
    EXPECT_EQ(run.world.os().bytes_committed(), kMiB + 512 * kKiB);
  }
}

TEST(SparingHeap, TakesWhatItNeedsAndGoesOnFromWhatIsFreeAtItsEnd) {
  Sparing run;
  ASSERT_NE(run.allocate(768 * kKiB), nullptr);
  (void)run.calls();
  Span* const span = run.allocate(2 * kMiB);
  ASSERT_NE(span, nullptr);
  EXPECT_EQ(span->base, kHint + 768 * kKiB);
  // The heap had 256 KiB.
  EXPECT_EQ(run.calls(), (Lines{
                             "reserve(0xc000100000, 1792 KiB) -> 0xc000100000",
                             "map(0xc000100000, 1792 KiB) -> ok",
                             "used(0xc0000c0000, 2 MiB) -> ok",
                         }));
  EXPECT_EQ(run.test.check(), "");
}

// Allocates page after page: the heap makes few calls, and bounds the memory that it maps ahead.
TEST(SparingHeap, GrowsInStepsThatGrowWithIt) {
  Sparing run;
  std::uint64_t taken = 0;
  std::uint64_t maps = 0;
  std::uint64_t reserves = 0;
  while (taken < 256 * kMiB) {
    ASSERT_NE(run.allocate(64 * kKiB), nullptr);
    taken += 64 * kKiB;
    for (const std::string& call : run.calls()) {
      maps += call.starts_with("map") ? 1 : 0;
      reserves += call.starts_with("reserve") ? 1 : 0;
    }
    ASSERT_LE(run.mapped(), taken + kMiB + taken / 8);
    ASSERT_LE(run.world.os().bytes_held() - run.gc_bytes(), 2 * taken + 3 * kMiB);
  }
  // 8 steps of a MiB, then 5 to 6 each time the size doubles; reservations double up to an arena.
  EXPECT_LE(maps, 8U + 32U);
  EXPECT_LE(reserves, 7U + 4U);
  EXPECT_LT(run.gc_bytes(), taken / 24);
  EXPECT_EQ(run.heap.map().span_of(kHint + 256 * kMiB - 1)->base, kHint + 256 * kMiB - 64 * kKiB);
  EXPECT_EQ(run.test.check(), "");
}

TEST(SparingHeap, TakesFreePagesBeforeThoseAtItsEnd) {
  for (const Release release : {Release::k1_11, Release::k1_12}) {
    Sparing run(presets::linux_amd64(), linux_amd64(release));
    // A free MiB between others, and less than that at the end.
    Span* const hole = run.allocate(kMiB);
    ASSERT_NE(run.allocate(512 * kKiB), nullptr);
    ASSERT_NE(hole, nullptr);
    run.heap.free(hole);
    Span* const span = run.allocate(64 * kKiB);
    ASSERT_NE(span, nullptr);
    EXPECT_EQ(span->base, kHint) << "the end would be the better fit";
    // The heap does not take the end before a hole of the same size either.
    Span* const last = run.allocate(960 * kKiB);
    ASSERT_NE(last, nullptr);
    EXPECT_EQ(last->base, kHint + 64 * kKiB);
    EXPECT_EQ(run.allocate(64 * kKiB)->base, kHint + 1536 * kKiB);
  }
}

TEST(SparingHeap, MakesBitsOnlyWhereSpansBegin) {
  Sparing run;
  ASSERT_NE(run.allocate(1), nullptr);
  const std::uint64_t before = run.gc_bytes();
  Span* const span = run.allocate(8 * kGiB);
  ASSERT_NE(span, nullptr) << run.test.why();
  // One group of bits, besides the metadata of the span's ends.
  EXPECT_LT(run.gc_bytes() - before, 450 * kKiB);
  EXPECT_EQ(run.heap.map().span_of(span->base + 5 * kGiB), span);
  run.heap.free(span);
  // Where spans begin, the map has all of their bits.
  for (std::uint64_t i = 0; i < 4000; ++i) {
    Span* const page = run.allocate(1);
    ASSERT_NE(page, nullptr);
    Arena* const arena = run.heap.map().arena(page->base);
    const std::uint64_t number = run.heap.map().page_index(page->base);
    for (std::atomic<BitWord>* bits : {arena->alloc_bits_of(number), arena->mark_bits_of(number)}) {
      for (std::size_t word = 0; word < kBitmapBytes / sizeof(BitWord); ++word) {
        ASSERT_EQ(bits[word].exchange(i), 0U) << "overlap";
      }
    }
  }
}

TEST(SparingHeap, OfA32BitStartReservesNoMoreThanItsArenas) {
  for (const Release release : {Release::k1_11, Release::k1_13, Release::k1_17, Release::k1_26}) {
    SCOPED_TRACE(port::minor_version(release));
    const port::PortSpec spec = port::spec(release, Goos::kLinux, Goarch::k386);
    Address ordinary;
    {
      Traced run(presets::linux_386_3_gib(), spec);
      ordinary = run.heap.arena_space().arena_range().base;
    }
    Sparing run(presets::linux_386_3_gib(), spec);
    EXPECT_EQ(run.calls(), Lines());
    Span* const first = run.allocate(1);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->base, ordinary);
    // The first arena, of which a MiB is mapped, and records.
    EXPECT_EQ(run.world.os().bytes_held(),
              run.world.os().bytes_committed() + spec.heap_arena_bytes - kMiB);
    EXPECT_LE(run.world.os().bytes_committed(), 2 * kMiB);
    Span* const next = run.allocate(12 * kMiB);
    ASSERT_NE(next, nullptr);
    EXPECT_EQ(next->base, first->range().end()) << "arenas follow each other";
    ASSERT_NE(run.allocate(560 * kMiB), nullptr) << run.test.why();
    EXPECT_EQ(run.test.check(), "");
    run.test.end();
    EXPECT_EQ(run.world.os().bytes_held(), 0U);
    EXPECT_EQ(run.world.os().misuses(), 0U);
  }
}

// --- Less than the heap wishes for. ---

// Uses all that `limit`, set to `bytes`, leaves of a system, and more after the limit is lifted.
void use_all(std::uint64_t os::sim::Config::* limit, std::uint64_t bytes, std::string_view why) {
  os::sim::Config config = presets::linux_amd64();
  config.*limit = bytes;
  Sparing run(config);
  const std::uint64_t had = run.take_all(64 * kKiB);
  // The rest is the first chunk of records, and one more for each 16 MiB or so.
  EXPECT_GE(had, bytes - bytes / 24 - kMiB) << bytes / kMiB;
  EXPECT_EQ(run.test.why(), why);
  EXPECT_EQ(run.test.check(), "");
  run.world.os().config().*limit = 0;
  EXPECT_NE(run.allocate(64 * kMiB), nullptr) << run.test.why();
  EXPECT_EQ(run.test.check(), "");
  run.test.end();
  EXPECT_EQ(run.world.os().bytes_held(), 0U);
  EXPECT_EQ(run.world.os().misuses(), 0U);
}

TEST(SparingHeap, UsesAllTheAddressSpaceThereIs) {
  for (const std::uint64_t limit : {2 * kMiB, 3 * kMiB, 8 * kMiB, 31 * kMiB}) {
    use_all(&os::sim::Config::address_space_limit, limit, "out of memory: no memory");
  }
}

TEST(SparingHeap, UsesAllTheMemoryThereIs) {
  for (const std::uint64_t limit : {2 * kMiB, 3 * kMiB, 8 * kMiB, 100 * kMiB}) {
    use_all(&os::sim::Config::commit_limit, limit, "runtime: out of memory");
  }
}

// The rest of the arena is never available: other mappings lie there.
TEST(SparingHeap, GoesOnElsewhereWhenAPartOfAnArenaIsTaken) {
  for (const std::uint64_t distance : {kMiB, 2 * kMiB, 40 * kMiB, 64 * kMiB}) {
    SCOPED_TRACE(distance / kMiB);
    Sparing run;
    ASSERT_TRUE(run.world.os().add_obstacle({kHint + distance, 4096}));
    std::uint64_t here = 0;
    Span* span = nullptr;
    do {
      span = run.allocate(64 * kKiB);
      ASSERT_NE(span, nullptr) << run.test.why();
      here += span->base < Address(0x1c0'0000'0000) ? span->bytes() : 0;
    } while (span->base < Address(0x1c0'0000'0000));
    EXPECT_GE(here, distance) << "up to there all of it was used";
    EXPECT_EQ(span->base, Address(0x1c0'0000'0000));
    EXPECT_EQ(run.heap.map().arena(kHint + distance) != nullptr, distance < 64 * kMiB);
    EXPECT_EQ(run.heap.map().span_of(kHint + distance), nullptr);
    EXPECT_EQ(run.test.check(), "");
    run.test.end();
    EXPECT_EQ(run.world.os().bytes_held(), 0U);
  }
}

// If the system ignores hints, it puts parts of arenas anywhere, above and below.
TEST(SparingHeap, TakesPartsOfArenasAnywhere) {
  Sparing run(presets::moved_hints_amd64());
  std::vector<Span*> spans;
  for (std::uint64_t i = 0; i < 400; ++i) {
    spans.push_back(run.allocate(100 * kKiB));
    ASSERT_NE(spans.back(), nullptr) << run.test.why();
  }
  EXPECT_EQ(run.test.check(), "");
  std::sort(spans.begin(), spans.end(), [](Span* a, Span* b) { return a->base < b->base; });
  for (std::size_t i = 1; i < spans.size(); ++i) {
    EXPECT_LE(spans[i - 1]->range().end(), spans[i]->base);
  }
  for (Span* span : spans) run.heap.free(span);
  EXPECT_EQ(run.test.check(), "");
  run.test.end();
  EXPECT_EQ(run.world.os().bytes_held(), 0U);
}

// A limit on locked memory limits memory and address space at once.
TEST(SparingHeap, TriesLessWhateverTheReason) {
  Sparing run;
  run.world.os().config().failure = os::Failure::kLockedLimit;
  run.world.os().config().failing_call = run.world.os().calls() + 1;
  (void)run.calls();
  Span* const span = run.allocate(1);
  ASSERT_NE(span, nullptr);
  EXPECT_EQ(span->base, kHint) << "the hint is not to blame";
  EXPECT_EQ(run.calls()[1], "reserve(0xc000000000, 64 KiB) -> 0xc000000000");
  EXPECT_EQ(run.test.check(), "");
}

}  // namespace
}  // namespace Atoll::pages
