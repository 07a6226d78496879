#include "src/objects/size_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace Atoll::objects {
namespace {

class SizeTables : public testing::TestWithParam<port::Release> {
 protected:
  void SetUp() override {
    spec_ = port::spec(GetParam(), port::Goos::kLinux, port::Goarch::kAmd64);
    table_->init(spec_, {});
  }
  unsigned list(std::size_t size, Scan scan) const {
    return (size <= SizeTable::kMaxDirect ? table_->direct(size, scan)
                                          : table_->stepped(size, scan)) /
           kListStride;
  }

  port::PortSpec spec_;
  std::unique_ptr<SizeTable> table_ = std::make_unique<SizeTable>();
};

TEST_P(SizeTables, LeadEverySmallSizeToItsSpanClass) {
  // The last step may have sizes that are not small. In that case it is left to the slow path.
  const auto end = static_cast<std::size_t>(spec_.max_small_request / 128 * 128);
  for (std::size_t size = 16; size <= end; ++size) {
    const unsigned size_class = port::size_class(GetParam(), size);
    ASSERT_EQ(list(size, Scan::kScan), port::span_class(size_class, /*noscan=*/false)) << size;
    ASSERT_EQ(list(size, Scan::kNoscan), port::span_class(size_class, /*noscan=*/true)) << size;
    ASSERT_EQ(table_->span_class(size, Scan::kScan), list(size, Scan::kScan));
  }
}

TEST_P(SizeTables, LeaveEmptyTinyAndTooLargeRequestsToTheSlowPath) {
  EXPECT_EQ(list(0, Scan::kNoscan), kEmptyList);
  EXPECT_EQ(list(0, Scan::kScan), kEmptyList);
  for (std::size_t size = 1; size < port::kTinySize; ++size) {
    EXPECT_EQ(list(size, Scan::kNoscan), kTinyList);
    EXPECT_EQ(list(size, Scan::kScan),
              port::span_class(port::size_class(GetParam(), size), /*noscan=*/false));
  }
  const auto largest = static_cast<std::size_t>(spec_.max_small_request);
  for (std::size_t size = largest + 1; size <= SizeTable::kMaxStepped; ++size) {
    const std::size_t last_of_step = (size + 127) / 128 * 128;
    if (last_of_step > largest) {
      EXPECT_EQ(list(size, Scan::kNoscan), kEmptyList) << size;
    }
    EXPECT_FALSE(table_->is_small(size));
  }
}

TEST_P(SizeTables, FindTheSmallestClassThatKeepsAnAlignment) {
  for (std::uint64_t alignment = 1; alignment <= port::kPageSize; alignment *= 2) {
    for (std::uint64_t size = 1; size <= spec_.max_small_request; size += 37) {
      const unsigned found = table_->aligned_span_class(size, alignment, Scan::kNoscan);
      unsigned expected = 0;
      const port::SizeClassTable& classes = port::size_classes(GetParam());
      for (unsigned i = classes.count - 1; i > 0; --i) {
        const std::uint32_t class_size = classes.classes[i].size;
        if (class_size >= size && class_size % alignment == 0) expected = port::span_class(i, true);
      }
      ASSERT_EQ(found, expected) << size << " at " << alignment;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfReleases, SizeTables,
                         testing::Values(port::Release::k1_11, port::Release::k1_16,
                                         port::Release::k1_22, port::Release::k1_26));

}  // namespace
}  // namespace Atoll::objects
