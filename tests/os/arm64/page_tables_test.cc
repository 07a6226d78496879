#include "os/arm64/page_tables.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "tests/os/arm64/processor.h"
#include "tests/os/arm64/ram.h"

namespace Atoll::os::arm64 {
namespace {

constexpr std::uint64_t kBlock = PageTables::kBlockBytes;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kEnd = std::uint64_t{1} << PageTables::kAddressBits;

// Places around the limits of tables of both levels, and the very last pages.
std::vector<Range> places() {
  return {{Address(kGiB - 6 * kPage), 12 * kPage},
          {Address(kGiB + kBlock - 6 * kPage), 12 * kPage},
          {Address(kEnd - 4 * kPage), 4 * kPage}};
}

class PageTablesTest : public testing::Test {
 protected:
  explicit PageTablesTest(std::uint64_t ram_frames = 64) : ram_(ram_frames) {
    frames.init(ram_.range());
    all_ = frames.available();
    EXPECT_TRUE(tables.init());
    std::vector<Address> pages;
    for (const Range place : places()) {
      for (std::uint64_t i = 0; i < place.size; i += kPage) pages.push_back(place.base + i);
    }
    processor.start(tables.root(), pages);
  }

  std::uint64_t in_use() const { return all_ - frames.available(); }

  // The calls of an example, as the processor sees them.
  template <class Call>
  bool watched(Call call) {
    processor.begin();
    const bool ok = call();
    processor.end();
    return ok;
  }

  Frames frames;
  Processor processor{frames};
  PageTables tables{frames, processor};

 private:
  Ram ram_;
  std::uint64_t all_ = 0;
};

class SmallPageTablesTest : public PageTablesTest {
 protected:
  SmallPageTablesTest() : PageTablesTest(30) {}
};

// The expected contents of the tables, page by page.
struct Page {
  Address physical;  // null: a frame that the tables took themselves, wherever it is
  Rights rights = Rights::kReadWrite;
};

class Model {
 public:
  bool is_mapped(Address page) const { return pages_.contains(page); }
  const std::map<Address, Page>& pages() const { return pages_; }

  std::uint64_t frames_of(const std::map<Address, Page>& pages) const {
    std::set<std::uint64_t> tables;
    std::uint64_t owned = 0;
    for (const auto& [page, what] : pages) {
      owned += what.physical.is_null() ? 1 : 0;
      tables.insert(page.value() / kGiB);
      tables.insert(kEnd + page.value() / kBlock);
    }
    return 1 + owned + tables.size();
  }
  std::uint64_t frames() const { return frames_of(pages_); }

  // Returns false, and changes nothing, if that takes more than `available` frames.
  bool add(const std::map<Address, Page>& added, std::uint64_t available) {
    std::map<Address, Page> all = pages_;
    all.insert(added.begin(), added.end());
    if (frames_of(all) - frames() > available) return false;
    pages_ = std::move(all);
    return true;
  }
  void remove(Address page) { pages_.erase(page); }
  void protect(Address page, Rights rights) {
    const auto it = pages_.find(page);
    if (it != pages_.end()) it->second.rights = rights;
  }

 private:
  std::map<Address, Page> pages_;
};

TEST_F(SmallPageTablesTest, AgreeWithAMapOfPagesAndTheProcessorNeverUsesWhatIsGone) {
  constexpr Rights kAllRights[] = {Rights::kReadWrite, Rights::kReadOnly, Rights::kReadExecute};
  std::mt19937 random(7);
  const auto below = [&](std::uint64_t n) { return std::uint64_t{random()} % n; };
  Model model;
  int failures = 0;
  for (int step = 0; step < 4000; ++step) {
    const Range place = places()[static_cast<std::size_t>(below(3))];
    const std::uint64_t pages = place.size / kPage;
    const std::uint64_t first = below(pages);
    const std::uint64_t count = 1 + below(pages - first);
    const Range range{place.base + first * kPage, count * kPage};
    const Rights rights = kAllRights[below(3)];
    const std::uint64_t available = frames.available();
    std::map<Address, Page> added;
    bool expected = true;
    bool ok = true;
    processor.begin();
    switch (below(5)) {
      case 0: {
        const Address physical((std::uint64_t{1} << 40) + below(1000) * kPage);
        for (std::uint64_t i = 0; i < range.size; i += kPage) {
          expected = expected && !model.is_mapped(range.base + i);
          added[range.base + i] = {physical + i, rights};
        }
        expected = expected && model.add(added, available);
        ok = tables.map(range, physical, rights, kPage);
        break;
      }
      case 1:
      case 2:
        for (std::uint64_t i = 0; i < range.size; i += kPage) {
          if (!model.is_mapped(range.base + i)) added[range.base + i] = {};
        }
        expected = model.add(added, available);
        ok = tables.back(range);
        for (const auto& [page, what] : added) {
          if (!ok) break;
          const auto found = tables.walk(page);
          ASSERT_TRUE(found);
          ASSERT_TRUE(is_filled_with(found->physical, 0));
          fill(found->physical, 0xab);
        }
        break;
      case 3:
        for (std::uint64_t i = 0; i < range.size; i += kPage) model.remove(range.base + i);
        ok = tables.unmap(range);
        break;
      default:
        for (std::uint64_t i = 0; i < range.size; i += kPage) model.protect(range.base + i, rights);
        ok = tables.protect(range, rights);
        break;
    }
    processor.end();
    failures += ok ? 0 : 1;
    ASSERT_EQ(ok, expected) << step;
    ASSERT_EQ(in_use(), model.frames()) << step;
    std::set<Address> owned;
    for (const Range all : places()) {
      for (Address page = all.base; page != all.end(); page = page + kPage) {
        const auto found = tables.walk(page + 123);
        ASSERT_EQ(found.has_value(), model.is_mapped(page)) << step;
        if (!found) continue;
        const Page& what = model.pages().at(page);
        ASSERT_EQ(found->rights, what.rights) << step;
        if (what.physical.is_null()) {
          ASSERT_TRUE(owned.insert(found->physical).second) << "one frame behind two pages";
        } else {
          ASSERT_EQ(found->physical, what.physical + 123) << step;
        }
      }
    }
    ASSERT_FALSE(HasFailure()) << step;
  }
  EXPECT_GT(failures, 100) << "running out of frames is tried as well";
}

TEST_F(PageTablesTest, EntriesAreWhatTheArchitectureDefines) {
  const Address page = places()[0].base;
  const Address physical(0x1234'5678'9000);
  const std::uint64_t common = physical.value() | 3 | (3U << 8) | (1U << 10);
  constexpr std::uint64_t kPrivilegedExecuteNever = std::uint64_t{1} << 53;
  constexpr std::uint64_t kUserExecuteNever = std::uint64_t{1} << 54;
  constexpr std::uint64_t kReadOnly = 1U << 7;
  ASSERT_TRUE(tables.map({page, kPage}, physical, Rights::kReadWrite, kPage));
  EXPECT_EQ(processor.entry(page), common | kPrivilegedExecuteNever | kUserExecuteNever);
  ASSERT_TRUE(tables.protect({page, kPage}, Rights::kReadOnly));
  EXPECT_EQ(processor.entry(page),
            common | kPrivilegedExecuteNever | kUserExecuteNever | kReadOnly);
  ASSERT_TRUE(tables.protect({page, kPage}, Rights::kReadExecute));
  EXPECT_EQ(processor.entry(page), common | kUserExecuteNever | kReadOnly);
  ASSERT_TRUE(tables.unmap({page, kPage}));
  EXPECT_EQ(processor.entry(page), 0U);
  const Address block = page.aligned_down(kBlock);
  ASSERT_TRUE(tables.map({block, kBlock}, Address(kGiB), Rights::kReadWrite, kBlock));
  EXPECT_EQ(processor.entry(page) & 3, 1U);
}

TEST_F(PageTablesTest, EveryTableGoesBackWithItsLastPage) {
  ASSERT_EQ(in_use(), 1U);
  const Address page(kGiB * 5);
  ASSERT_TRUE(tables.back({page, kPage}));
  EXPECT_EQ(in_use(), 4U) << "two tables and a page";
  ASSERT_TRUE(tables.back({page + kBlock - kPage, 2 * kPage}));
  EXPECT_EQ(in_use(), 7U) << "another table and two pages";
  ASSERT_TRUE(tables.unmap({page, kBlock}));
  EXPECT_EQ(in_use(), 4U);
  ASSERT_TRUE(tables.unmap({page + kBlock, kPage}));
  EXPECT_EQ(in_use(), 1U);
}

// With 512 pages, the count of entries in use is at its largest.
TEST_F(PageTablesTest, AFullTableIsNotMistakenForAnEmptyOne) {
  const Address base(3 * kGiB);
  ASSERT_TRUE(tables.map({base, kBlock}, Address(kGiB), Rights::kReadWrite, kPage));
  EXPECT_EQ(in_use(), 3U);
  ASSERT_TRUE(tables.unmap({base, kPage}));
  EXPECT_FALSE(tables.walk(base));
  EXPECT_EQ(tables.walk(base + kPage), (Translation{Address(kGiB + kPage), Rights::kReadWrite}));
  ASSERT_TRUE(tables.unmap({base + kPage, kBlock - kPage}));
  EXPECT_EQ(in_use(), 1U);
  ASSERT_TRUE(tables.map({base, kGiB}, Address(kGiB), Rights::kReadOnly, kBlock));
  EXPECT_EQ(in_use(), 2U);
  ASSERT_TRUE(tables.unmap({base, kBlock}));
  EXPECT_EQ(tables.walk(base + kGiB - 1), (Translation{Address(2 * kGiB - 1), Rights::kReadOnly}));
  ASSERT_TRUE(tables.unmap({base, kGiB}));
  EXPECT_EQ(in_use(), 1U);
}

TEST_F(PageTablesTest, BlocksAreMappedAndUnmappedWhole) {
  const Address base = places()[1].base.aligned_down(kBlock);
  const Range two{base, 2 * kBlock};
  ASSERT_TRUE(watched([&] { return tables.map(two, Address(kGiB), Rights::kReadWrite, kBlock); }));
  EXPECT_EQ(in_use(), 2U) << "one table of level 2";
  EXPECT_EQ(tables.walk(base + kBlock + 5)->physical, Address(kGiB + kBlock + 5));
  for (const Range cut : {Range{base + kPage, kPage}, Range{base, kBlock - kPage},
                          Range{base + kPage, kBlock - kPage}, Range{base, kBlock + kPage}}) {
    EXPECT_FALSE(tables.unmap(cut));
    EXPECT_FALSE(tables.protect(cut, Rights::kReadOnly));
  }
  EXPECT_FALSE(tables.map({base + kPage, kPage}, Address(), Rights::kReadWrite, kPage));
  EXPECT_TRUE(tables.back({base, kBlock + kPage})) << "all is mapped already";
  EXPECT_EQ(tables.walk(base + kPage)->rights, Rights::kReadWrite) << "nothing changed";
  EXPECT_TRUE(watched([&] { return tables.protect({base, kBlock}, Rights::kReadOnly); }));
  EXPECT_EQ(tables.walk(base)->rights, Rights::kReadOnly);
  EXPECT_EQ(tables.walk(base + kBlock)->rights, Rights::kReadWrite);
  EXPECT_TRUE(watched([&] { return tables.unmap({base, kBlock}); }));
  EXPECT_FALSE(tables.walk(base));
  EXPECT_TRUE(tables.walk(base + kBlock));
  EXPECT_TRUE(watched([&] { return tables.unmap(two); }));
  EXPECT_EQ(in_use(), 1U);
}

TEST_F(PageTablesTest, AllOfTheAddressSpaceIsUnmappedAtOnce) {
  for (const Range place : places()) ASSERT_TRUE(tables.back(place));
  EXPECT_TRUE(watched([&] { return tables.unmap({Address(), kEnd}); }));
  EXPECT_EQ(in_use(), 1U);
  EXPECT_FALSE(tables.walk(places()[0].base));
  EXPECT_FALSE(tables.walk(Address(kEnd))) << "beyond the last table";
}

TEST_F(PageTablesTest, BackCountsFirst) {
  const std::uint64_t before = frames.available();
  EXPECT_FALSE(tables.back({Address(kGiB), (before - 1) * kPage})) << "two tables are needed too";
  EXPECT_EQ(frames.available(), before);
  EXPECT_FALSE(tables.back({Address(), kEnd}));
  EXPECT_EQ(frames.available(), before);
  EXPECT_TRUE(tables.back({Address(kGiB), (before - 2) * kPage}));
  EXPECT_EQ(frames.available(), 0U);
  EXPECT_TRUE(tables.back({Address(kGiB), kPage})) << "it is there already";
}

}  // namespace
}  // namespace Atoll::os::arm64
