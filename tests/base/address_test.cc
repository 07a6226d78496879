#include "os/base/address.h"

#include <gtest/gtest.h>

#include <limits>

#include "os/base/bits.h"
#include "os/base/text.h"

namespace Atoll {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST(Address, RoundsToAlignment) {
  EXPECT_EQ(Address(0x1001).aligned_up(0x1000), Address(0x2000));
  EXPECT_EQ(Address(0x1000).aligned_up(0x1000), Address(0x1000));
  EXPECT_EQ(Address(0x1fff).aligned_down(0x1000), Address(0x1000));
  EXPECT_EQ(Address(kMost).aligned_up(0x1000), Address());
  EXPECT_TRUE(Address(0x2000).is_aligned(0x1000));
  EXPECT_FALSE(Address(0x2001).is_aligned(0x1000));
}

TEST(Address, IsThePointerItWasMadeOf) {
  int here = 0;
  EXPECT_EQ(Address::of(&here).pointer(), &here);
  EXPECT_TRUE(Address::of(nullptr).is_null());
}

TEST(Range, ContainsAndOverlaps) {
  const Range range{Address(0x1000), 0x1000};
  EXPECT_TRUE(range.contains(Address(0x1000)));
  EXPECT_TRUE(range.contains(Address(0x1fff)));
  EXPECT_FALSE(range.contains(Address(0x2000)));
  EXPECT_FALSE(range.contains(Address(0xfff)));
  EXPECT_TRUE(range.contains(Range{Address(0x1800), 0x800}));
  EXPECT_FALSE(range.contains(Range{Address(0x1800), 0x801}));
  EXPECT_TRUE(range.overlaps({Address(0), 0x1001}));
  EXPECT_FALSE(range.overlaps({Address(0), 0x1000}));
  EXPECT_FALSE(range.overlaps({Address(0x2000), 1}));
  EXPECT_TRUE(range.overlaps({Address(0), kMost}));
}

TEST(Range, MayEndAtTheEndOfTheAddressSpace) {
  const Range top{Address(0 - std::uint64_t{0x1000}), 0x1000};
  EXPECT_TRUE(top.end().is_null());
  EXPECT_EQ(top.last(), Address(kMost));
  EXPECT_TRUE(top.contains(Address(kMost)));
  EXPECT_FALSE(top.contains(Address(0)));
  EXPECT_TRUE(top.overlaps({Address(kMost), 1}));
}

TEST(Bits, Rounding) {
  EXPECT_EQ(round_up(0, 8), 0U);
  EXPECT_EQ(round_up(1, 8), 8U);
  EXPECT_EQ(round_up(kMost, 8), 0U);
  EXPECT_EQ(round_down(15, 8), 8U);
  EXPECT_TRUE(is_multiple_of(16, 8));
  EXPECT_FALSE(is_multiple_of(17, 8));
  EXPECT_FALSE(is_power_of_two(0));
  EXPECT_TRUE(is_power_of_two(1));
}

TEST(Text, WritesNumbersAddressesAndSizes) {
  Line line;
  line << "a " << std::uint64_t{0} << " " << kMost << " " << Address(0xc0'0000'0000) << " ";
  line.size(0) << ", ";
  line.size(4097) << ", ";
  line.size(std::uint64_t{64} << 20) << ", ";
  line.size(std::uint64_t{1} << 62);
  EXPECT_EQ(line.view(), "a 0 18446744073709551615 0xc000000000 0 B, 4097 B, 64 MiB, 4 EiB");
  line.clear();
  EXPECT_EQ(line.view(), "");
}

TEST(Text, CutsWhatDoesNotFit) {
  Text<4> text;
  text << "abcdef" << std::uint64_t{1};
  EXPECT_EQ(text.view(), "abcd");
}

}  // namespace
}  // namespace Atoll
