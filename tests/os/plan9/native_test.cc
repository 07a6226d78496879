// Properties of Plan 9 alone, tested on its own kernel (or on the host in its place).
#include "src/port/native.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>

#include "os/os.h"
#include "os/plan9/native/kernel.h"
#include "os/plan9/native/system_call.h"
#include "tests/os/process_memory.h"

namespace Atoll::os::plan9 {
namespace {

using test::read_process_byte;
using test::write_process_byte;

constexpr std::uint64_t kPage = 4096;

// The end of everything that the program has in the segment.
Address break_now() { return native().probe().program_break; }

TEST(Plan9, HasThreeOrdersOfStacksFrom4KiBOn) {
  const port::PortSpec spec = port::native_spec();
  EXPECT_EQ(spec.goos, port::Goos::kPlan9);
  EXPECT_EQ(spec.fixed_stack, 4096u);
  EXPECT_EQ(spec.num_stack_orders, 3u);
}

TEST(Plan9, TellsThePageSize) {
  EXPECT_EQ(NativeKernel::page_size(), kPage);
  EXPECT_EQ(native().probe().page_size, kPage);
}

TEST(Plan9, IsOneGrowingSegmentBehindTheData) {
  const Machine machine = native().probe();
  EXPECT_TRUE(machine.linear_only);
  EXPECT_FALSE(machine.has_threads);
  EXPECT_FALSE(machine.can_shrink);
  EXPECT_GE(machine.program_break, machine.end_of_data);
}

TEST(Plan9, RefusesAHintThatIsNotTheBreakAndSubstitutesNothing) {
  Os& os = native();
  const Address before = break_now();
  for (const Address hint : {before + kPage, before - kPage, before + (std::uint64_t{1} << 24)}) {
    const Allocation allocation = os.reserve(hint, kPage);
    EXPECT_EQ(allocation.status.failure, Failure::kNoMemory);
    EXPECT_TRUE(allocation.base.is_null());
    EXPECT_EQ(break_now(), before);
  }
  const Allocation allocation = os.reserve(before, kPage);
  ASSERT_TRUE(allocation.ok());
  EXPECT_EQ(allocation.base, before);
  EXPECT_TRUE(os.free(before, kPage).ok());
}

TEST(Plan9, NeverGivesPagesBackToTheSystem) {
  Os& os = native();
  constexpr std::uint64_t kSize = 16 * kPage;
  const Allocation allocation = os.alloc(kSize);
  ASSERT_TRUE(allocation.ok());
  const Address end = native_kernel().segment_end();
  EXPECT_TRUE(os.free(allocation.base, kSize).ok());
  EXPECT_EQ(native_kernel().segment_end(), end);
  EXPECT_TRUE(read_process_byte(allocation.base + (kSize - 1)).has_value());
  const Allocation again = os.alloc(kSize);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.base, allocation.base);
  EXPECT_EQ(native_kernel().segment_end(), end) << "what was given back is used first";
  EXPECT_TRUE(os.free(again.base, kSize).ok());
}

TEST(Plan9, DoesNotRoundAFreedSizeUpTwice) {
  Os& os = native();
  const Allocation whole = os.alloc(3 * kPage);
  ASSERT_TRUE(whole.ok());
  EXPECT_TRUE(os.free(whole.base, kPage).ok());
  std::memset((whole.base + kPage).pointer(), 0x5a, 2 * kPage);
  EXPECT_TRUE(os.free(whole.base + 2 * kPage, kPage).ok());
  EXPECT_EQ(read_process_byte(whole.base + kPage), 0x5a);
  EXPECT_EQ(read_process_byte(whole.base + (2 * kPage - 1)), 0x5a);
  EXPECT_FALSE(os.free(whole.base, kPage).ok());
  EXPECT_TRUE(os.free(whole.base + kPage, kPage).ok());
}

TEST(Plan9, AlsoGivesWhatIsNotTheLastBlockAgain) {
  Os& os = native();
  const Allocation first = os.alloc(4 * kPage);
  const Allocation last = os.alloc(kPage);
  ASSERT_TRUE(first.ok() && last.ok());
  const Address end = native_kernel().segment_end();
  EXPECT_TRUE(os.free(first.base, 4 * kPage).ok());
  const Allocation again = os.alloc(4 * kPage);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(native_kernel().segment_end(), end);
  EXPECT_TRUE(os.free(again.base, 4 * kPage).ok());
  EXPECT_TRUE(os.free(last.base, kPage).ok());
}

TEST(Plan9, FailsWhereTheSegmentWouldReachTheStack) {
  Os& os = native();
  int on_the_stack = 0;
  const Address here = Address::of(&on_the_stack).aligned_down(kPage);
  const Address before = break_now();
  ASSERT_LT(before, here);
  const Allocation allocation = os.reserve(before, here - before);
  EXPECT_EQ(allocation.status.failure, Failure::kNoMemory);
  EXPECT_EQ(break_now(), before);
  EXPECT_FALSE(os.alloc(here - before).ok());
  EXPECT_EQ(break_now(), before);
}

TEST(Plan9, FailsForASizeThatWraps) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uintptr_t>::max() / kPage * kPage;
  const Address before = break_now();
  for (const std::uint64_t size : {kMost, kMost - before.value(), kMost / 2}) {
    EXPECT_FALSE(native().alloc(size / kPage * kPage).ok()) << size;
  }
  EXPECT_EQ(break_now(), before);
}

TEST(Plan9, ReadsNewMemoryAsZeroAndEndsWhereItSays) {
  Os& os = native();
  constexpr std::uint64_t kSize = std::uint64_t{1} << 22;
  const Allocation allocation = os.alloc(kSize);
  ASSERT_TRUE(allocation.ok());
  for (std::uint64_t offset = 0; offset < kSize; offset += kPage / 2) {
    ASSERT_EQ(read_process_byte(allocation.base + offset), 0) << offset;
  }
  const Address end = native_kernel().segment_end().aligned_up(kPage);
  EXPECT_TRUE(write_process_byte(end - 1, 1));
  EXPECT_TRUE(write_process_byte(end - 1, 0));
  EXPECT_FALSE(write_process_byte(end, 1));
  EXPECT_FALSE(read_process_byte(end).has_value());
  EXPECT_TRUE(os.free(allocation.base, kSize).ok());
}

TEST(Plan9, DoesNotWriteToItsText) {
  const Address text = Address::of(reinterpret_cast<const void*>(&read_process_byte));
  const auto byte = read_process_byte(text);
  ASSERT_TRUE(byte.has_value());
  EXPECT_FALSE(write_process_byte(text, *byte));
  EXPECT_FALSE(read_process_byte(Address(0)).has_value());
}

TEST(Plan9, ServesTheFilesThatAreThereAndNoOthers) {
  const auto open = [](const char* name, std::uintptr_t mode) {
    return call_system(SystemCall::kOpen, argument(name), mode);
  };
  EXPECT_LT(open("/no such file", 0), 0);
  const std::int32_t file = open("/dev/swap", 0);
  ASSERT_GE(file, 3);
  const auto descriptor = static_cast<std::uintptr_t>(file);
  std::array<char, 8> whole{};
  std::array<char, 8> parts{};
  // A pread at a given place does not move the file's position.
  EXPECT_EQ(call_system(SystemCall::kPread, descriptor, argument(whole.data()), 8, 0, 0), 8);
  EXPECT_EQ(call_system(SystemCall::kPread, descriptor, argument(parts.data()), 4, kHere, kHere),
            4);
  EXPECT_EQ(
      call_system(SystemCall::kPread, descriptor, argument(parts.data() + 4), 4, kHere, kHere), 4);
  EXPECT_EQ(whole, parts);
  EXPECT_EQ(call_system(SystemCall::kClose, descriptor), 0);
  EXPECT_LT(call_system(SystemCall::kClose, descriptor), 0);
}

TEST(Plan9, HasAClockThatGoesOn) {
  Os& os = native();
  const std::uint64_t start = os.monotonic_nanoseconds();
  std::uint64_t now = start;
  for (int i = 0; i < 1'000'000 && now == start; ++i) now = os.monotonic_nanoseconds();
  EXPECT_GT(now, start);
  EXPECT_NE(os.random_seed(), os.random_seed());
}

}  // namespace
}  // namespace Atoll::os::plan9
