// Size classes and the tables made from them: the published sizes, and the rules for all of them.

#include "src/port/size_classes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "src/port/division_magic.h"
#include "src/port/span_layout.h"
#include "src/port/spec.h"

namespace Atoll::port {
namespace {

using enum Release;

// Sizes and pages of classes 1 to 66 up to release 1.15. Release 1.16 put 24 bytes, one page,
// between the second and the third.
constexpr std::uint32_t kSizes[] = {
    8,     16,    32,    48,    64,    80,    96,    112,   128,   144,  160,   176,   192,   208,
    224,   240,   256,   288,   320,   352,   384,   416,   448,   480,  512,   576,   640,   704,
    768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, 2688,  3072,  3200,  3456,
    4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728, 10240, 10880, 12288, 13568,
    14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

constexpr std::uint32_t kPages[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 1,
                                    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 2,
                                    1, 2, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4,  5, 6, 1, 7,
                                    6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4};

static_assert(std::size(kSizes) == 66 && std::size(kPages) == 66);

TEST(SizeClasses, AreThePublishedOnes) {
  for (const Release release : kReleases) {
    SCOPED_TRACE(std::string(name(release)));
    const bool has_24 = release >= k1_16;
    const SizeClassTable& table = size_classes(release);
    ASSERT_EQ(table.count, has_24 ? 68U : 67U);
    EXPECT_EQ(num_span_classes(release), has_24 ? 136U : 134U);
    EXPECT_EQ(table.classes[0].size, 0U);
    unsigned size_class = 1;
    for (std::size_t i = 0; i < std::size(kSizes); ++i, ++size_class) {
      if (has_24 && size_class == 3) {
        EXPECT_EQ(table.classes[size_class].size, 24U);
        EXPECT_EQ(table.classes[size_class].npages, 1U);
        ++size_class;
      }
      EXPECT_EQ(table.classes[size_class].size, kSizes[i]);
      EXPECT_EQ(table.classes[size_class].npages, kPages[i]);
    }
  }
}

TEST(SizeClasses, DivideTheirSpans) {
  for (const Release release : {k1_11, k1_16}) {
    const SizeClassTable& table = size_classes(release);
    for (unsigned i = 1; i < table.count; ++i) {
      const SizeClass& size_class = table.classes[i];
      SCOPED_TRACE(size_class.size);
      EXPECT_EQ(size_class.span_bytes(), size_class.npages * 8192);
      EXPECT_EQ(size_class.objects, size_class.span_bytes() / size_class.size);
      EXPECT_EQ(size_class.tail, size_class.span_bytes() % size_class.size);
      EXPECT_LE(size_class.tail, size_class.span_bytes() / 8);
      EXPECT_EQ(size_class.size % 8, 0U);
      EXPECT_GT(size_class.size, table.classes[i - 1].size);

      // The worst case, counted out: objects of one byte more than the class before holds.
      const std::uint32_t smallest = table.classes[i - 1].size + 1;
      const std::uint32_t used = smallest * size_class.objects;
      EXPECT_EQ(size_class.waste, size_class.span_bytes() - used);
    }
  }
}

TEST(SizeClasses, WasteWhatIsPublished) {
  const auto percent = [](Release release, unsigned i) {
    return std::round(size_classes(release).classes[i].max_waste() * 10000) / 100;
  };
  EXPECT_DOUBLE_EQ(percent(k1_11, 0), 0);
  EXPECT_DOUBLE_EQ(percent(k1_11, 1), 87.5);
  EXPECT_DOUBLE_EQ(percent(k1_11, 3), 46.88);
  EXPECT_DOUBLE_EQ(percent(k1_16, 3), 29.24);
  EXPECT_DOUBLE_EQ(percent(k1_16, 4), 21.88);
  EXPECT_DOUBLE_EQ(percent(k1_11, 5), 23.44);
  EXPECT_DOUBLE_EQ(percent(k1_11, 66), 12.5);
}

TEST(SizeClasses, AreFoundForEverySize) {
  for (const Release release : {k1_11, k1_16}) {
    const SizeClassTable& table = size_classes(release);
    unsigned expected = 0;
    for (std::uint64_t size = 0; size <= 32768; ++size) {
      while (table.classes[expected].size < size) ++expected;
      ASSERT_EQ(size_class(release, size), expected) << size;
    }
    ASSERT_EQ(table.size_to_class8.size(), 129U);
    ASSERT_EQ(table.size_to_class128.size(), 249U);
    // The last entry of the one and the first of the other are both for 1024 bytes.
    EXPECT_EQ(table.size_to_class8.back(), table.size_to_class128.front());
    EXPECT_EQ(table.classes[table.size_to_class8.back()].size, 1024U);
    EXPECT_EQ(table.size_to_class128.back(), table.count - 1);
    EXPECT_EQ(table.size_to_class8.front(), 0U);
  }
}

TEST(SizeClasses, HaveTwoSpanClassesEach) {
  EXPECT_EQ(span_class(kTinySizeClass, true), 5U);
  EXPECT_EQ(span_class(kTinySizeClass, false), 4U);
  EXPECT_EQ(size_class_of(5), 2U);
  EXPECT_TRUE(is_noscan(5));
  EXPECT_FALSE(is_noscan(4));
  EXPECT_EQ(size_classes(k1_11).classes[kTinySizeClass].size, 16U);
  EXPECT_EQ(size_classes(k1_27).classes[kTinySizeClass].size, 16U);
}

TEST(DivMagic, DividesEveryOffsetExactly) {
  for (const Release release : {k1_11, k1_13, k1_16, k1_17}) {
    const SizeClassTable& table = size_classes(release);
    const DivMagicTable& magic = div_magic(release);
    EXPECT_EQ(magic[0], DivMagic{});
    for (unsigned i = 1; i < table.count; ++i) {
      const std::uint32_t size = table.classes[i].size;
      // Up to release 1.12 the offset behind the span is not covered.
      const std::uint32_t end = table.classes[i].span_bytes() + (release >= k1_13 ? 1 : 0);
      std::uint32_t offset = 0;
      for (std::uint32_t index = 0; offset < end; ++index) {
        const std::uint32_t next = std::min(end, (index + 1) * size);
        for (; offset < next; ++offset) ASSERT_EQ(magic[i].index(offset), index) << offset;
      }
    }
  }
}

TEST(DivMagic, HasTheLeastShiftThatIsExact) {
  for (const Release release : {k1_11, k1_13, k1_16}) {
    const SizeClassTable& table = size_classes(release);
    for (unsigned i = 1; i < table.count; ++i) {
      const DivMagic& magic = div_magic(release)[i];
      const std::uint32_t size = table.classes[i].size;
      const std::uint32_t span = table.classes[i].span_bytes();
      ASSERT_EQ(magic.shift, std::countr_zero(size));
      const std::uint32_t d = size >> magic.shift;
      const std::uint32_t max = (release >= k1_13 ? span : span - 1) >> magic.shift;
      EXPECT_EQ(magic.mul, ((1U << magic.shift2) + d - 1) / d);
      for (unsigned k = 0; k < magic.shift2; ++k) {
        const std::uint64_t mul = ((1U << k) + d - 1) / d;
        bool exact = true;
        for (std::uint32_t n = 0; n <= max && exact; ++n) exact = (n * mul) >> k == n / d;
        EXPECT_FALSE(exact) << "size " << size << " has a smaller shift " << k;
      }
    }
  }
}

TEST(DivMagic, HasThePublishedNumbers) {
  const auto is = [](Release release, std::uint32_t size, DivMagic expected) {
    return div_magic(release)[size_class(release, size)] == expected;
  };
  EXPECT_TRUE(is(k1_11, 8, {.mul = 1, .base_mask = 65528, .shift = 3, .shift2 = 0}));
  EXPECT_TRUE(is(k1_11, 48, {.mul = 171, .base_mask = 0, .shift = 4, .shift2 = 9}));
  EXPECT_TRUE(is(k1_11, 80, {.mul = 205, .base_mask = 0, .shift = 4, .shift2 = 10}));
  EXPECT_TRUE(is(k1_11, 144, {.mul = 57, .base_mask = 0, .shift = 4, .shift2 = 9}));
  EXPECT_TRUE(is(k1_11, 32768, {.mul = 1, .base_mask = 32768, .shift = 15, .shift2 = 0}));
  EXPECT_TRUE(is(k1_13, 48, {.mul = 683, .base_mask = 0, .shift = 4, .shift2 = 11}));
  EXPECT_TRUE(is(k1_16, 24, {.mul = 683, .base_mask = 0, .shift = 3, .shift2 = 11}));
  EXPECT_TRUE(is(k1_17, 8, {.mul = 536870912, .base_mask = 0, .shift = 0, .shift2 = 32}));
  EXPECT_TRUE(is(k1_17, 24, {.mul = 178956971, .base_mask = 0, .shift = 0, .shift2 = 32}));
  EXPECT_TRUE(is(k1_27, 32768, {.mul = 131072, .base_mask = 0, .shift = 0, .shift2 = 32}));
}

TEST(DivMagic, MasksPowersOfTwo) {
  for (const Release release : {k1_11, k1_16}) {
    for (unsigned i = 1; i < size_classes(release).count; ++i) {
      const std::uint32_t size = size_classes(release).classes[i].size;
      const std::uint16_t mask = div_magic(release)[i].base_mask;
      if (!std::has_single_bit(size)) {
        EXPECT_EQ(mask, 0U);
        continue;
      }
      for (std::uint32_t offset = 0; offset < 32768; offset += 8) {
        ASSERT_EQ(offset & mask, offset / size * size);
      }
    }
  }
}

TEST(SpanLayout, HoldsTheKnownNumbersOfObjects) {
  struct Expected {
    Release release;
    Goarch goarch;
    std::uint32_t size;
    std::uint32_t scan;
    std::uint32_t noscan;
  };
  const Expected expected[] = {
      {k1_11, Goarch::kAmd64, 8, 1024, 1024}, {k1_21, Goarch::kAmd64, 512, 16, 16},
      {k1_22, Goarch::kAmd64, 8, 1008, 1024}, {k1_22, Goarch::kAmd64, 16, 504, 512},
      {k1_22, Goarch::kAmd64, 512, 15, 16},   {k1_22, Goarch::kAmd64, 576, 14, 14},
      {k1_22, Goarch::k386, 8, 992, 1024},    {k1_22, Goarch::k386, 128, 62, 64},
      {k1_22, Goarch::k386, 144, 56, 56},     {k1_25, Goarch::kAmd64, 16, 504, 512},
      {k1_26, Goarch::kAmd64, 8, 1008, 1024}, {k1_26, Goarch::kAmd64, 16, 496, 504},
      {k1_26, Goarch::kAmd64, 512, 15, 15},   {k1_26, Goarch::kAmd64, 576, 14, 14},
      {k1_26, Goarch::k386, 8, 992, 1024},    {k1_26, Goarch::k386, 16, 488, 504},
      {k1_26, Goarch::k386, 128, 61, 63},     {k1_26, Goarch::k386, 144, 56, 56},
  };
  for (const Expected& row : expected) {
    const Port port{row.release, Goos::kLinux, row.goarch};
    const unsigned i = size_class(row.release, row.size);
    ASSERT_EQ(size_classes(row.release).classes[i].size, row.size);
    SCOPED_TRACE(std::string(name(row.release)) + " " + std::to_string(row.size));
    EXPECT_EQ(objects_per_span(port, span_class(i, false)), row.scan);
    EXPECT_EQ(objects_per_span(port, span_class(i, true)), row.noscan);
  }
  EXPECT_EQ(objects_per_span(Port{}, 0), 0U);
  EXPECT_EQ(objects_per_span(Port{}, 1), 0U);
}

TEST(SpanLayout, LeavesMetadataBehindTheObjects) {
  for (const Release release : kReleases) {
    for (const Goarch goarch : {Goarch::kAmd64, Goarch::k386}) {
      const Port port{release, Goos::kLinux, goarch};
      for (const SizeClass& size_class : size_classes(release).classes) {
        if (size_class.size == 0) continue;
        for (const bool noscan : {false, true}) {
          const std::uint32_t metadata = span_metadata_bytes(port, size_class, noscan);
          const std::uint32_t objects = objects_per_span(port, size_class, noscan);
          EXPECT_LE(objects * size_class.size + metadata, size_class.span_bytes());
          EXPECT_GT((objects + 1) * size_class.size + metadata, size_class.span_bytes());
          if (metadata == 0) {
            EXPECT_EQ(objects, size_class.objects);
          }
        }
      }
    }
  }
}

// The start-up check of deferred call records: all argument sizes of one class round up to one
// size class, which is what lets their records share a pool.
TEST(DeferRecords, ShareTheirSizeClass) {
  for (const Release release : kReleases) {
    if (release >= k1_18) break;
    for (const Goarch goarch : {Goarch::kAmd64, Goarch::k386}) {
      const Port port{release, Goos::kLinux, goarch};
      std::vector<std::uint32_t> sizes(kNumDeferClasses, 0);
      for (std::uint64_t arguments = 0;; ++arguments) {
        const std::uint64_t pool = formula::defer_class(port, arguments);
        if (pool >= sizes.size()) break;
        const unsigned i = size_class(release, formula::total_defer_size(port, arguments));
        std::uint32_t& size = sizes[static_cast<std::size_t>(pool)];
        if (size == 0) size = size_classes(release).classes[i].size;
        EXPECT_EQ(size, size_classes(release).classes[i].size) << arguments;
      }
    }
  }
}

}  // namespace
}  // namespace Atoll::port
