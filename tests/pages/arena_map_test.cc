// Tests maps of every shape. Arenas need no memory here, only their metadata does, so a test can
// make a map of any port on any system.
#include "src/pages/arena_map.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "os/os.h"
#include "src/pages/page_bits.h"
#include "src/pages/span_table.h"
#include "src/policy.h"

namespace Atoll::pages {
namespace {

using port::Goarch;
using port::Goos;
using port::Release;

struct Shape {
  port::PortSpec spec;
  std::uint64_t base;  // of some arena
};

const Shape kShapes[] = {
    {port::spec(Release::k1_11, Goos::kLinux, Goarch::kAmd64), 0xc0'0000'0000},
    {port::spec(Release::k1_22, Goos::kLinux, Goarch::kAmd64), 0xc0'0000'0000},
    {port::spec(Release::k1_17, Goos::kLinux, Goarch::kAmd64), 0xffff'8000'0000'0000},
    {port::spec(Release::k1_11, Goos::kLinux, Goarch::kArm64), 0x40'0000'0000},
    {port::spec(Release::k1_11, Goos::kWindows, Goarch::kAmd64), 0xc0'0000'0000},
    {port::spec(Release::k1_12, Goos::kAix, Goarch::kPpc64), 0xa00'0100'0000'0000},
    {port::spec(Release::k1_14, Goos::kAix, Goarch::kPpc64), 0xa00'0100'0000'0000},
    {port::spec(Release::k1_11, Goos::kLinux, Goarch::k386), 0x0840'0000},
    {port::spec(Release::k1_26, Goos::kLinux, Goarch::k386), 0xf000'0000},
    {port::spec(Release::k1_11, Goos::kLinux, Goarch::kMips), 0x7000'0000},
    {port::spec(Release::k1_17, Goos::kIos, Goarch::kArm64), 0x1'3000'0000},
    {port::spec(Release::k1_26, Goos::kJs, Goarch::kWasm), 0x20'0000},
};

// A record of some cache.
constexpr PageRecord record_of(std::size_t list) { return {CacheNumber().next(), list}; }

class MapOf : public ::testing::TestWithParam<Shape> {
 protected:
  MapOf() : faults_(os::native()), platform_{faults_, faults_.probe(), GetParam().spec} {
    memory_.init(platform_, counters_);
  }
  ~MapOf() override {
    faults_.fail_nothing();
    memory_.release_all();
  }

  void make(const Options& options = {}) {
    memory_.init(platform_, counters_, geometry_of(platform_.spec, options.is_sparing));
    ASSERT_TRUE(map_.init(platform_, memory_, metadata_, nullptr, options));
  }

  std::uint64_t arena_bytes() const { return platform_.spec.heap_arena_bytes; }
  Range region(std::uint64_t arenas) const {
    return {Address(GetParam().base), arenas * arena_bytes()};
  }

  os::FaultInjectionOs faults_;
  Platform platform_;
  MemoryCounters counters_;
  PersistentAlloc memory_;
  LinearAlloc metadata_;
  ArenaMap map_;
};

TEST_P(MapOf, TheWindowHasTheRecordsOfItsPages) {
  platform_.machine.lazy_commit = true;  // the window costs no more than a test may take
  make({.record_window = arena_bytes()});
  // The window begins with the second of three arenas, which comes first.
  const Range second{region(1).end(), arena_bytes()};
  ASSERT_TRUE(map_.add(second));
  ASSERT_TRUE(map_.add(region(1)));
  const RecordWindow& window = map_.window();
  const std::uint64_t first_page = second.base.value() / port::kPageSize;
  if (first_page > std::uint64_t{~std::uintptr_t{0}} / port::kPageSize) {
    EXPECT_EQ(window.page_count, 0U) << "no pointer leads there";
    return;
  }
  ASSERT_EQ(window.first_page, first_page);
  ASSERT_EQ(window.page_count, arena_bytes() / port::kPageSize);
  const std::size_t last = static_cast<std::size_t>(window.page_count) - 1;
  const auto set = [&](Address base, std::uint64_t pages, std::size_t list) {
    map_.set_records({base, pages * port::kPageSize}, record_of(list));
  };
  const auto record = [&](std::size_t page) { return window.records[page].load(); };

  set(region(1).base, 3, 5);
  EXPECT_TRUE(record(0).is_empty()) << "all of it is before the window";
  set(second.base - 2 * port::kPageSize, 5, 7);
  EXPECT_EQ(record(0), record_of(7));
  EXPECT_EQ(record(2), record_of(7));
  EXPECT_TRUE(record(3).is_empty());
  set(second.end() - 4 * port::kPageSize, 4, 9);
  EXPECT_TRUE(record(last - 4).is_empty());
  EXPECT_EQ(record(last - 3), record_of(9));
  EXPECT_EQ(record(last), record_of(9));

  const Range third{second.end(), arena_bytes()};
  if (third.end() < third.base || map_.arena(third.base) != nullptr || !map_.add(third)) return;
  set(second.end() - port::kPageSize, 3, 11);
  EXPECT_EQ(record(last - 1), record_of(9));
  EXPECT_EQ(record(last), record_of(11));
}

// The window of a sparing heap grows where arenas are. The larger window may lack earlier records,
// but has no wrong ones.
TEST_P(MapOf, AWindowOfASparingHeapGrows) {
  platform_.machine.lazy_commit = true;
  const std::uint64_t most = 70 * arena_bytes();
  make({.is_sparing = true, .record_window = most});
  ASSERT_TRUE(map_.add(region(1)));
  const std::uint64_t first_page = region(1).base.value() / port::kPageSize;
  if (first_page > std::uint64_t{~std::uintptr_t{0}} / port::kPageSize) return;
  const auto pages_of = [this](std::uint64_t arenas) {
    const std::uint64_t first = GetParam().base / port::kPageSize;
    const std::uint64_t all = (std::uint64_t{~std::uintptr_t{0}} >> port::kPageShift) + 1;
    return std::min(arenas * arena_bytes() / port::kPageSize, all - first);
  };
  const RecordWindow old = map_.window();
  EXPECT_EQ(old.page_count, pages_of(policy::kFirstWindowArenas));
  const Range early{region(1).base + port::kPageSize, 2 * port::kPageSize};
  map_.set_records(early, record_of(7));

  const auto add = [this](std::uint64_t number) {
    const Range arena{region(number).end(), arena_bytes()};
    return arena.end() > arena.base && platform_.spec.is_addressable(arena.last().value()) &&
           map_.add({arena.base + port::kPageSize, port::kPageSize});
  };
  for (const auto& [number, arenas] : std::initializer_list<std::pair<int, std::uint64_t>>{
           {3, 4}, {4, 64}, {63, 64}, {69, 70}, {70, 70}}) {
    if (!add(static_cast<std::uint64_t>(number))) return;
    EXPECT_EQ(map_.window().page_count, pages_of(arenas)) << number;
    EXPECT_EQ(map_.window().first_page, first_page);
  }
  const RecordWindow& window = map_.window();
  EXPECT_TRUE(window.records[1].load().is_empty()) << "from before";
  EXPECT_TRUE(map_.windows_agree(early));
  map_.set_records(early, record_of(9));
  for (const RecordWindow& one : {old, window}) {
    EXPECT_EQ(one.records[1].load(), record_of(9));
    EXPECT_EQ(one.records[2].load(), record_of(9));
    EXPECT_TRUE(one.records[3].load().is_empty());
  }
  EXPECT_TRUE(map_.windows_agree(early));
  old.records[2].store(record_of(7));
  EXPECT_FALSE(map_.windows_agree(early));
}

TEST_P(MapOf, KnowsNothingBeforeItGrows) {
  std::mt19937_64 random(1);
  const auto expect_nothing = [&](std::uint64_t address) {
    EXPECT_EQ(map_.arena(Address(address)), nullptr) << address;
    EXPECT_EQ(map_.span_of(Address(address)), nullptr) << address;
    EXPECT_EQ(map_.object_span_of(Address(address)), nullptr) << address;
  };
  for (int round = 0; round < 2; ++round) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      const std::uint64_t power = std::uint64_t{1} << bit;
      for (const std::uint64_t address : {power - 1, power, 0 - power, 0 - power - 1}) {
        expect_nothing(address);
      }
    }
    for (int i = 0; i < 1000; ++i) expect_nothing(random());
    expect_nothing(GetParam().base);
    if (round == 0) {
      EXPECT_EQ(map_.fast_table(), nullptr);
      make();
    }
  }
  const bool is_flat = platform_.spec.arena_l1_bits == 0;
  EXPECT_EQ(map_.fast_table() == nullptr, is_flat);
}

TEST_P(MapOf, KnowsItsArenasAndNoOthers) {
  make();
  ASSERT_TRUE(map_.add(region(2)));
  Arena* const first = map_.arena(region(2).base);
  Arena* const second = map_.arena(region(2).last());
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  ASSERT_NE(first, second);
  EXPECT_EQ(map_.arena(region(1).last()), first);
  EXPECT_EQ(map_.arena(region(2).base - 1), nullptr);
  EXPECT_EQ(map_.arena(region(2).end()), nullptr);
  EXPECT_EQ(map_.page_index(region(1).base), 0U);
  EXPECT_EQ(map_.page_index(region(1).last()), platform_.spec.pages_per_arena - 1);
  // The lookup must not mistake an address for one that differs only in bits beyond every index.
  for (unsigned bit = platform_.spec.log_heap_arena_bytes + 2; bit < 64; ++bit) {
    const Address other(region(1).base.value() ^ (std::uint64_t{1} << bit));
    EXPECT_EQ(map_.arena(other), nullptr) << other.value();
  }

  ASSERT_TRUE(map_.add(region(2))) << "to be repeated after a failure";
  EXPECT_EQ(map_.arena(region(1).base), first);

  const std::atomic<Arena*>* table = map_.fast_table();
  const std::uint64_t index = platform_.spec.arena_index(region(1).base.value());
  if (platform_.spec.arena_l1_bits != 0) {
    const auto* const tables = reinterpret_cast<const std::atomic<std::atomic<Arena*>*>*>(table);
    table = tables[index >> platform_.spec.arena_l2_bits].load();
  }
  const std::uint64_t mask = (std::uint64_t{1} << platform_.spec.arena_l2_bits) - 1;
  EXPECT_EQ(table[index & mask].load(), first);

  map_.clear();
  EXPECT_EQ(map_.arena(region(1).base), nullptr);
}

// Tables are smaller, but lookups of any address still work.
TEST_P(MapOf, OfASparingHeapKnowsItsArenasAndNoOthers) {
  make({.is_sparing = true});
  const std::uint64_t before = counters_.get(MemoryKind::kGc);
  // A part of the first arena and a part of the second.
  const Range part{region(1).end() - 3 * port::kPageSize, 5 * port::kPageSize};
  ASSERT_TRUE(map_.add(part));
  Arena* const first = map_.arena(region(1).base);
  Arena* const second = map_.arena(region(2).last());
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  ASSERT_NE(first, second);
  EXPECT_EQ(map_.arena(region(2).base - 1), nullptr);
  EXPECT_EQ(map_.arena(region(2).end()), nullptr);
  for (unsigned bit = platform_.spec.log_heap_arena_bytes + 1; bit < 64; ++bit) {
    const Address other(region(1).base.value() ^ (std::uint64_t{1} << bit));
    if (other == region(1).end()) continue;
    EXPECT_EQ(map_.arena(other), nullptr) << other.value();
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) (void)map_.span_of(Address(random()));
  if (takes_parts(platform_.spec, kSparingGeometry) && platform_.spec.arena_l1_bits == 0) {
    EXPECT_LT(counters_.get(MemoryKind::kGc) - before, 512U << 10);
  }

  // Computes what the fast path does.
  const std::atomic<Arena*>* table = map_.fast_table();
  const std::uint64_t index =
      platform_.spec.arena_index(part.base.value()) - platform_.spec.arena_index(0);
  if (index >= map_.fast_arenas()) {
    EXPECT_EQ(table, nullptr);
  } else if (platform_.spec.arena_l1_bits == 0) {
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table[map_.fast_offset() + index].load(), first);
  }

  Span span;
  span.base = part.base;
  span.npages = 5;
  span.state = SpanState::kInUse;
  ASSERT_TRUE(map_.make_bits(span.base));
  map_.set_spans(span.range(), &span);
  map_.set_records(span.range(), record_of(7));
  for (Address at = span.base; at < span.range().end(); at = at + 4096) {
    EXPECT_EQ(map_.object_span_of(at), &span);
    EXPECT_EQ(map_.arena(at)->records()[map_.page_index(at)].load(), record_of(7));
  }
  EXPECT_EQ(map_.span_of(span.range().end()), nullptr);
  EXPECT_EQ(map_.span_of(region(1).base), nullptr);
  EXPECT_EQ(first->alloc_bits_of(map_.page_index(span.base))[0].load(), 0U);
  EXPECT_EQ(first->mark_bits_of(map_.page_index(span.base))[0].load(), 0U);
}

TEST_P(MapOf, HasZeroedMetadataOfItsOwnForEachPage) {
  make();
  ASSERT_TRUE(map_.add(region(2)));
  const auto pages = static_cast<std::size_t>(platform_.spec.pages_per_arena);
  const std::size_t words = kBitmapBytes / sizeof(BitWord) * pages;
  Arena* const arenas[] = {map_.arena(region(1).base), map_.arena(region(2).last())};
  for (Arena* const arena : arenas) {
    // Writes the first and last elements of everything: overlaps would show.
    std::atomic<BitWord>* const bits[] = {&arena->alloc_bits[0], &arena->alloc_bits[words - 1],
                                          &arena->mark_bits[0], &arena->mark_bits[words - 1]};
    for (std::atomic<BitWord>* word : bits) EXPECT_EQ(word->exchange(~BitWord{0}), 0U);
    for (const std::size_t page : {std::size_t{0}, pages - 1}) {
      EXPECT_EQ(arena->spans[page].exchange(reinterpret_cast<Span*>(-1)), nullptr);
      EXPECT_TRUE(arena->records()[page].exchange(record_of(WhoseList::kMostOffset)).is_empty());
    }
    for (std::uint64_t* const bitmap : {arena->ready, arena->dirty}) {
      EXPECT_EQ(bitmap[0] | bitmap[pages / 64 - 1], 0U);
      bitmap[0] = bitmap[pages / 64 - 1] = ~std::uint64_t{0};
    }
    EXPECT_TRUE(Address::of(arena).is_aligned(64));
    EXPECT_TRUE(Address::of(arena->alloc_bits).is_aligned(64));
  }
  const std::uint64_t table = sizeof(void*) << platform_.spec.arena_l2_bits;
  EXPECT_GE(counters_.get(MemoryKind::kGc), table + 2 * platform_.spec.heap_arena_metadata_bytes);
}

TEST_P(MapOf, FindsTheSpanOfEveryPage) {
  make();
  ASSERT_TRUE(map_.add(region(2)));
  Span span;
  span.base = region(1).end() - 2 * port::kPageSize;
  span.npages = 5;
  span.state = SpanState::kInUse;
  map_.set_spans(span.range(), &span);
  map_.set_records(span.range(), record_of(7));
  for (Address at = span.base; at < span.range().end(); at = at + 4096) {
    EXPECT_EQ(map_.span_of(at), &span);
    EXPECT_EQ(map_.object_span_of(at), &span);
    EXPECT_EQ(map_.arena(at)->records()[map_.page_index(at)].load(), record_of(7));
  }
  EXPECT_EQ(map_.object_span_of(span.range().last()), &span);
  for (const Address outside : {span.base - 1, span.range().end()}) {
    EXPECT_EQ(map_.span_of(outside), nullptr);
    EXPECT_TRUE(map_.arena(outside)->records()[map_.page_index(outside)].load().is_empty());
  }
  for (const SpanState state : {SpanState::kDead, SpanState::kFree, SpanState::kManual}) {
    span.state = state;
    EXPECT_EQ(map_.object_span_of(span.base), nullptr);
  }
  span.state = SpanState::kInUse;
  span.npages = 4;
  EXPECT_EQ(map_.object_span_of(span.range().end()), nullptr) << "a stale page";

  Span free;
  free.base = region(1).base;
  free.npages = 3;
  map_.set_ends(&free);
  EXPECT_EQ(map_.span_of(free.base), &free);
  EXPECT_EQ(map_.span_of(free.base + port::kPageSize), nullptr);
  EXPECT_EQ(map_.span_of(free.range().last()), &free);
}

TEST_P(MapOf, KeepsWhatItHasWhenThereIsNoMemory) {
  make();
  int failures = 0;
  for (std::uint32_t k = 1;; ++k) {
    ASSERT_LT(k, 30U);
    faults_.fail_call(k);
    if (map_.add(region(3)) && faults_.failed_calls() == 0) break;
    if (faults_.failed_calls() != 0) ++failures;
    faults_.fail_nothing();
    const std::uint64_t before = counters_.get(MemoryKind::kGc);
    ASSERT_TRUE(map_.add(region(3)));
    // Each may be large enough to be a system call of its own, for whole pages.
    const std::uint64_t metadata = platform_.whole_pages(
        std::max(platform_.spec.heap_arena_metadata_bytes,
                 platform_.spec.pages_per_arena * (2 * kBitmapBytes + sizeof(void*))));
    const std::uint64_t table =
        platform_.whole_pages(sizeof(void*) << platform_.spec.arena_l2_bits);
    EXPECT_LE(counters_.get(MemoryKind::kGc) - before, table + 4 * metadata)
        << "nothing is taken twice";
    map_.clear();
    make();
  }
  EXPECT_GE(failures, 1);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_NE(map_.arena(region(1).base + i * arena_bytes()), nullptr);
  }
}

// Tests runs of bits across the border of two arenas, against a model that takes one page after the
// other.
TEST_P(MapOf, KeepsBitsOfPages) {
  make();
  ASSERT_TRUE(map_.add(region(4)));
  PageBits bits(map_);
  constexpr std::size_t kPages = 200;
  const Address base = region(2).end() - kPages / 2 * port::kPageSize;
  struct Page {
    bool is_ready = false;
    bool is_dirty = false;
  };
  std::vector<Page> model(kPages);
  std::mt19937 random(1);
  for (int step = 0; step < 2000; ++step) {
    const std::size_t first = random() % kPages;
    const std::size_t count = 1 + random() % std::min<std::size_t>(kPages - first, 90);
    const Range pages{base + first * port::kPageSize, count * port::kPageSize};
    // Nothing makes a page clean again, so the test makes few pages dirty.
    const auto action = random() % 200;
    if (action == 0) bits.set_dirty(pages);
    if (action % 3 == 1) bits.set_ready(pages);
    if (action % 3 == 2) bits.clear_ready(pages);
    PageCounts expected;
    for (std::size_t i = first; i < first + count; ++i) {
      if (action == 0) model[i].is_dirty = true;
      if (action % 3 == 1) model[i].is_ready = true;
      if (action % 3 == 2) model[i].is_ready = false;
      if (!model[i].is_dirty) ++expected.fresh;
      if (model[i].is_dirty && !model[i].is_ready) ++expected.released;
    }
    const PageCounts counts = bits.count(pages);
    ASSERT_EQ(counts.fresh, expected.fresh);
    ASSERT_EQ(counts.released, expected.released);
    for (const bool ready : {false, true}) {
      std::size_t begin = first;
      while (begin < first + count && model[begin].is_ready != ready) ++begin;
      std::size_t end = begin;
      while (end < first + count && model[end].is_ready == ready) ++end;
      const Range run = bits.next_run(ready, pages);
      ASSERT_EQ(run.size, (end - begin) * port::kPageSize);
      if (begin != end) {
        ASSERT_EQ(run.base, base + begin * port::kPageSize);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MapOf, ::testing::ValuesIn(kShapes), [](const auto& shape) {
  const port::PortSpec& spec = shape.param.spec;
  return std::string(name(spec.goos)) + "_" + std::string(name(spec.goarch)) + "_" +
         std::to_string(port::minor_version(spec.release)) +
         (shape.param.base >> 63 != 0 ? "_upper_half" : "");
});

// The test never looks at these 16 TiB page by page.
TEST(ArenaMap, OfASparingHeapHasAnAddressForEachOfManyArenas) {
  const Platform platform{os::native(), os::native().probe(), kShapes[0].spec};
  MemoryCounters counters;
  PersistentAlloc memory;
  memory.init(platform, counters, kSparingGeometry);
  LinearAlloc metadata;
  ArenaMap map;
  ASSERT_TRUE(map.init(platform, memory, metadata, nullptr, {.is_sparing = true}));
  const std::uint64_t arena_bytes = platform.spec.heap_arena_bytes;
  constexpr std::uint64_t kBytes = std::uint64_t{16} << 40;
  constexpr std::uint64_t kTables = 17;
  const Range region{Address(kShapes[0].base), kBytes};
  const std::uint64_t before = counters.get(MemoryKind::kGc);
  ASSERT_TRUE(map.add(region));
  ASSERT_TRUE(map.has_stand_ins());
  ASSERT_TRUE(map.own_ends(region));
  const std::uint64_t tables = kTables * (sizeof(void*) << policy::kSparingL2Bits);
  EXPECT_LT(counters.get(MemoryKind::kGc) - before, tables + (std::uint64_t{512} << 10));

  PageBits bits(map);
  EXPECT_EQ(bits.count(region).fresh, kBytes / port::kPageSize);
  EXPECT_EQ(bits.next_run(false, region), region);
  bits.set_ready(region);
  bits.set_dirty(region);
  EXPECT_EQ(bits.count(region).fresh, 0U);
  EXPECT_EQ(bits.next_run(true, region), region);
  // The first and last pages belong to others.
  const Range place{region.base + port::kPageSize, kBytes - 2 * port::kPageSize};
  ASSERT_TRUE(map.prepare(region, place));
  Span span;
  span.base = place.base;
  span.npages = place.size / port::kPageSize;
  span.state = SpanState::kInUse;
  map.set_spans(place, &span);
  for (std::uint64_t at = arena_bytes / 2; at < kBytes; at += kBytes / 64) {
    EXPECT_EQ(map.object_span_of(region.base + at), &span);
    EXPECT_EQ(map.span_of(region.base + at), &span);
  }
  EXPECT_EQ(map.span_of(region.base), nullptr);
  EXPECT_EQ(map.span_of(region.last()), nullptr);
  EXPECT_TRUE(map.stand_ins_are_right(span));
  map.clear_spans(span, place);
  EXPECT_EQ(span.stand_in, nullptr);
  bits.clear_ready(region);
  EXPECT_EQ(bits.count(region).released, kBytes / port::kPageSize);
  EXPECT_EQ(map.span_of(region.base + kBytes / 2), nullptr);
  EXPECT_LT(counters.get(MemoryKind::kGc) - before, tables + (std::uint64_t{640} << 10));
  map.clear();
  memory.release_all();
}

TEST(SpanTable, KeepsEverySpanAndItsNumber) {
  os::FaultInjectionOs faults(os::native());
  const Platform platform{faults, faults.probe(), port::native_spec()};
  MemoryCounters counters;
  PersistentAlloc memory;
  memory.init(platform, counters);
  SpanTable table;
  table.init(memory);
  constexpr std::size_t kSpans = 40000;
  std::vector<Span> spans(kSpans);
  int failures = 0;
  for (std::size_t i = 0; i < kSpans; ++i) {
    faults.fail_call(1);
    if (!table.append(&spans[i])) {
      ++failures;
      ASSERT_EQ(table.count(), i) << "a failure changes nothing";
      faults.fail_nothing();
      ASSERT_TRUE(table.append(&spans[i]));
    }
    ASSERT_EQ(table.count(), i + 1);
    ASSERT_EQ(table[i / 2], &spans[i / 2]);
  }
  EXPECT_GE(failures, 2);
  for (std::size_t i = 0; i < kSpans; ++i) ASSERT_EQ(table[i], &spans[i]);
  faults.fail_nothing();
  memory.release_all();
}

}  // namespace
}  // namespace Atoll::pages
