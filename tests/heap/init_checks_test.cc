#include "src/heap/init_checks.h"

#include <gtest/gtest.h>

#include <string>

#include "os/sim/presets.h"
#include "os/sim/sim_os.h"

namespace Atoll {
namespace {

using port::Goarch;
using port::Goos;
using port::PortSpec;
using port::Release;
using port::SizeClassTable;

std::string text(const std::optional<Line>& line) { return line ? std::string(line->view()) : ""; }

PortSpec linux_of(Release release) { return port::spec(release, Goos::kLinux, Goarch::kAmd64); }

os::Machine good_machine() {
  os::Machine machine;
  machine.page_size = 4096;
  return machine;
}

os::sim::Config with_huge_pages(std::uint64_t size) {
  os::sim::Config config = os::sim::presets::linux_amd64();
  config.huge_page_size = size;
  return config;
}

TEST(InitChecks, EveryPortOfEveryReleasePassesAll) {
  os::sim::SimOs os(with_huge_pages(2 << 20));
  for (const port::PortRow& row : port::kPorts) {
    for (const Release release : port::kReleases) {
      if (!row.releases.contains(release)) continue;
      const PortSpec spec = port::spec(release, row.goos, row.goarch);
      EXPECT_EQ(text(check_initialisation(spec, port::size_classes(release), os, good_machine())),
                "")
          << port::name(release) << " " << port::name(row.goos) << " " << port::name(row.goarch);
    }
  }
}

TEST(InitChecks, AStackCacheThatIsNotWholePages) {
  for (const Release release : port::kReleases) {
    PortSpec spec = linux_of(release);
    spec.stack_cache_size += 4096;
    EXPECT_EQ(text(check_stack_cache_size(spec)), "cache size must be a multiple of page size");
    spec.stack_cache_size += 4096;
    EXPECT_EQ(text(check_stack_cache_size(spec)), "");
  }
}

TEST(InitChecks, ATinyClassOfAnotherSize) {
  for (const Release release : port::kReleases) {
    const SizeClassTable& table = port::size_classes(release);
    for (const unsigned tiny_class : {0U, 1U, 3U, table.count, 1000U}) {
      PortSpec spec = linux_of(release);
      spec.tiny_size_class = tiny_class;
      EXPECT_EQ(text(check_tiny_class(spec, table)), "bad TinySizeClass") << tiny_class;
    }
    PortSpec spec = linux_of(release);
    spec.tiny_size = 32;
    EXPECT_EQ(text(check_tiny_class(spec, table)), "bad TinySizeClass");
    SizeClassTable broken = table;
    broken.classes[2].size = 8;
    EXPECT_EQ(text(check_tiny_class(linux_of(release), broken)), "bad TinySizeClass");
  }
}

TEST(InitChecks, RecordsOfDeferredCallsOfSeveralClassesInOnePool) {
  for (const Release release : port::kReleases) {
    const PortSpec spec = linux_of(release);
    SizeClassTable broken = port::size_classes(release);
    // 112 bytes are a class. The smaller half of the sizes that share it gets a class of its own.
    broken.size_to_class8[104 / 8] = 3;
    const std::string message = text(check_defer_sizes(spec, broken));
    if (release >= Release::k1_18) {
      EXPECT_EQ(message, "") << "deferred calls have no arguments any more";
      continue;
    }
    // The fixed part of the record grew in 1.14, from 48 to 72 bytes; the smallest records have 48
    // and 80.
    const std::uint64_t header = release >= Release::k1_14 ? 72 : 48;
    const std::uint64_t least = release >= Release::k1_14 ? 80 : 48;
    const std::uint64_t arguments = 105 - header;
    EXPECT_EQ(message, "bad defer size class: i=" + std::to_string(arguments) + " siz=112" +
                           " defersc=" + std::to_string((112 - least) / 16));
  }
}

TEST(InitChecks, RecordsOfDeferredCallsOfNoClass) {
  for (const port::Goarch goarch : {Goarch::kAmd64, Goarch::k386}) {
    const PortSpec spec = port::spec(Release::k1_11, Goos::kLinux, goarch);
    SizeClassTable broken = port::size_classes(Release::k1_11);
    broken.size_to_class8.fill(200);
    EXPECT_EQ(text(check_defer_sizes(spec, broken)), "bad defer size class: i=0 siz=0 defersc=0");
  }
}

TEST(InitChecks, AHeapBitmapThatIsNoPowerOfTwo) {
  for (const Release release : port::kReleases) {
    const bool words = release >= Release::k1_20;
    const std::string message =
        words ? "heapArenaBitmapWords not a power of 2" : "heapArenaBitmapBytes not a power of 2";
    for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{3} << 12}) {
      PortSpec spec = linux_of(release);
      (words ? spec.heap_arena_bitmap_words : spec.heap_arena_bitmap_bytes) = bad;
      EXPECT_EQ(text(check_heap_bitmap(spec)), message);
    }
  }
}

TEST(InitChecks, ATableOfSizesWithGapsOrDisorder) {
  for (const Release release : port::kReleases) {
    const PortSpec spec = linux_of(release);
    const SizeClassTable& good = port::size_classes(release);
    const unsigned last = good.count - 1;
    const auto expect = [&](const SizeClassTable& table, const std::string& message) {
      EXPECT_EQ(text(check_by_size(spec, table)), release >= Release::k1_19 ? "" : message);
    };

    SizeClassTable broken = good;
    broken.count = last;
    expect(broken, "bad size class table: " + std::to_string(last) + " classes, not " +
                       std::to_string(good.count));
    broken = good;
    broken.classes[0].size = 8;
    expect(broken, "bad size class table: class 0 has 8 bytes");
    broken = good;
    broken.classes[5].size = broken.classes[4].size;
    expect(broken,
           "bad size class table: class 5 has " + std::to_string(good.classes[4].size) + " bytes");
    broken = good;
    broken.classes[last].size = 0;
    expect(broken, "bad size class table: class " + std::to_string(last) + " has 0 bytes");
    broken = good;
    broken.classes[last].size += 8192;
    expect(broken, "bad size class table: last class has 40960 bytes, not 32768");
    if (good.count < port::kMaxSizeClasses) {
      broken = good;
      broken.classes[good.count].size = 40960;
      expect(broken,
             "bad size class table: class " + std::to_string(good.count) + " has 40960 bytes");
    }
  }
}

// Breaks each number before it mends those whose checks come later.
TEST(InitChecks, AreMadeInTheBooksOrder) {
  const PortSpec good = linux_of(Release::k1_13);
  PortSpec spec = good;
  SizeClassTable table = port::size_classes(Release::k1_13);
  os::sim::SimOs os(with_huge_pages(12288));
  os::Machine machine;
  const auto message = [&] { return text(check_initialisation(spec, table, os, machine)); };

  spec.stack_cache_size = 1000;
  spec.tiny_size = 3;
  spec.heap_arena_bitmap_bytes = 3;
  spec.num_size_classes = 1;
  table.size_to_class8.fill(200);

  EXPECT_EQ(message(), "cache size must be a multiple of page size");
  spec.stack_cache_size = good.stack_cache_size;
  EXPECT_EQ(message(), "bad TinySizeClass");
  spec.tiny_size = good.tiny_size;
  EXPECT_EQ(message(), "bad defer size class: i=0 siz=0 defersc=0");
  table = port::size_classes(Release::k1_13);
  EXPECT_EQ(message(), "heapArenaBitmapBytes not a power of 2");
  spec.heap_arena_bitmap_bytes = good.heap_arena_bitmap_bytes;
  EXPECT_EQ(message(), "bad size class table: 67 classes, not 1");
  spec.num_size_classes = good.num_size_classes;
  EXPECT_EQ(message(), "failed to get system page size");
  machine.page_size = 4096;
  EXPECT_EQ(message(),
            "bad system huge page size: system huge page size (12288) must be a power of 2");
  spec = linux_of(Release::k1_11);
  EXPECT_EQ(message(), "");
}

}  // namespace
}  // namespace Atoll
