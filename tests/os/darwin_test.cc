// Properties that only macOS and iOS have: pages of 16 KiB, nothing below 4 GiB, a small address
// space, and the low first hint of darwin/arm64 and ios/arm64.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "os/darwin/system.h"
#include "os/os.h"
#include "src/heap/heap.h"
#include "src/pages/arena_space.h"
#include "src/port/port.h"

namespace Atoll::os::test {
namespace {

using pages::ArenaSpace;
using pages::Growth;
using port::Goarch;
using port::Goos;
using port::Release;

constexpr bool kIsArm64 = port::kNativeGoarch == Goarch::kArm64;
constexpr bool kIsIos = port::kNativeGoos == Goos::kIos;
constexpr Address kFourGib{std::uint64_t{1} << 32};
constexpr Address kLowHint{std::uint64_t{0x13} << 28};

class Darwin : public ::testing::Test {
 protected:
  // Returns what a heap of the port gets first, and gives it back.
  Growth grow_as(const port::PortSpec& spec) {
    ArenaSpace arenas(os, machine, spec);
    arenas.init();
    const Growth growth = arenas.grow(1);
    if (growth.ok()) {
      EXPECT_TRUE(os.free(growth.region.base, growth.region.size).ok());
    }
    return growth;
  }

  Os& os = native();
  const Machine machine = os.probe();
};

TEST_F(Darwin, PagesAreThoseOfTheProcessor) {
  EXPECT_EQ(machine.page_size, kIsArm64 ? 16384u : 4096u);
  EXPECT_EQ(machine.granularity, machine.page_size);
}

TEST_F(Darwin, TheAddressSpaceIsSmallOnIos) { EXPECT_EQ(machine.address_bits, kIsIos ? 36u : 47u); }

TEST_F(Darwin, TheDataEndsBehindItself) {
  static int data = 1;
  EXPECT_LT(Address::of(&data), machine.end_of_data);
  EXPECT_LT(machine.end_of_data, Address::of(&data) + (std::uint64_t{1} << 30));
  EXPECT_TRUE(machine.program_break.is_null());
}

TEST_F(Darwin, PartsOfAPageCannotBeHad) {
  const std::uint64_t half = machine.page_size / 2;
  EXPECT_EQ(os.reserve(Address(), half).status.failure, Failure::kBadArgument);
  EXPECT_EQ(os.reserve(kLowHint + half, machine.page_size).status.failure, Failure::kBadArgument);
  // The system itself refuses it too.
  void* const there = (kLowHint + half).pointer();
  EXPECT_EQ(Address::of(darwin::mmap(
                there, half, darwin::kProtectNone,
                darwin::kMapPrivate | darwin::kMapAnonymous | darwin::kMapFixed, -1, 0)),
            Address(~std::uint64_t{0}));
  EXPECT_EQ(*darwin::errno_place(), darwin::kErrorInvalid);
  EXPECT_EQ(darwin::munmap(there, half), -1);
  EXPECT_EQ(*darwin::errno_place(), darwin::kErrorInvalid);
}

TEST_F(Darwin, NothingLiesBelow4GiB) {
  for (const Address hint : {Address(), Address(0x1000'0000), kFourGib - machine.page_size}) {
    const Allocation allocation = os.reserve(hint, machine.page_size);
    ASSERT_TRUE(allocation.ok());
    EXPECT_GE(allocation.base, kFourGib);
    EXPECT_TRUE(os.release(allocation.base, machine.page_size).ok());
  }
  static int data = 1;
  EXPECT_GE(Address::of(&data), kFourGib);
  EXPECT_EQ(Address::of(darwin::mmap(
                Address(0x1000'0000).pointer(), machine.page_size, darwin::kProtectNone,
                darwin::kMapPrivate | darwin::kMapAnonymous | darwin::kMapFixed, -1, 0)),
            Address(~std::uint64_t{0}));
  EXPECT_EQ(*darwin::errno_place(), darwin::kErrorNoMemory);
}

TEST_F(Darwin, TheFirstObjectLiesAtTheFirstHint) {
  Heap heap;
  const Line why = heap.init(os);
  ASSERT_TRUE(why.view().empty()) << std::string(why.view());
  EXPECT_EQ(Address::of(heap.allocate(100)), kIsArm64 ? kLowHint : Address(0xc0'0000'0000));
}

TEST_F(Darwin, EveryReleaseBeginsAtItsFirstHint) {
  for (const Release release : port::kReleases) {
    if (!port::has_port(release, port::kNativeGoos, port::kNativeGoarch)) continue;
    const port::PortSpec spec = port::native_spec(release);
    const auto hint = port::first_usable_hint(spec);
    ASSERT_TRUE(hint.has_value());
    if (kIsIos || (kIsArm64 && release < Release::k1_16)) {
      EXPECT_EQ(Address(*hint), kLowHint);
    }
    EXPECT_EQ(grow_as(spec).region.base, Address(*hint)) << std::string(port::name(release));
  }
}

// darwin/arm64 was what ios/arm64 is now: all of its releases had to start in that small space.
TEST_F(Darwin, TheLowHintIsTakenExactlyByAllWhoAskForIt) {
  for (const Release release : {Release::k1_11, Release::k1_13, Release::k1_14, Release::k1_15}) {
    EXPECT_EQ(grow_as(port::spec(release, Goos::kDarwin, Goarch::kArm64)).region.base, kLowHint);
  }
  EXPECT_EQ(grow_as(port::spec(Release::k1_16, Goos::kIos, Goarch::kArm64)).region.base, kLowHint);
}

// Releases 1.14 and 1.15 have 33 bits for addresses. If something else lies at the only hint within
// them, the system chooses a place at the upper end of the small space, for which the arena map has
// no arena.
TEST_F(Darwin, AnswersThatTheArenaMapCannotIndexAreRefusedInTheBooksWords) {
  const port::PortSpec spec = port::spec(Release::k1_14, Goos::kDarwin, Goarch::kArm64);
  const std::uint64_t size = spec.heap_arena_bytes;
  const Allocation obstacle = os.reserve(kLowHint, size);
  ASSERT_EQ(obstacle.base, kLowHint);
  const Growth growth = grow_as(spec);
  if (kIsIos) {
    EXPECT_FALSE(growth.ok());
    constexpr std::string_view kWords =
        "memory reservation exceeds address space limit: memory allocated by OS [";
    EXPECT_EQ(std::string(pages::explain(growth).view().substr(0, kWords.size())), kWords);

    HeapOptions options;
    options.spec = spec;
    Heap heap;
    EXPECT_EQ(std::string(heap.init(os, options).view()), "");
    EXPECT_EQ(heap.allocate(100), nullptr);
    EXPECT_EQ(std::string(heap.last_failure().view().substr(0, kWords.size())), kWords);
    EXPECT_EQ(std::string(heap.check().view()), "");
  } else {
    EXPECT_TRUE(growth.ok()) << "this space is filled from below";
    EXPECT_NE(growth.region.base, kLowHint);
  }
  EXPECT_TRUE(os.release(kLowHint, size).ok());
  EXPECT_EQ(grow_as(spec).region.base, kLowHint);
}

TEST_F(Darwin, MemoryThatIsNotMappedIsTold) {
  const Allocation gone = os.reserve(Address(), 4 * machine.page_size);
  ASSERT_TRUE(gone.ok());
  ASSERT_TRUE(os.release(gone.base, 4 * machine.page_size).ok());
  EXPECT_EQ(os.map(gone.base, machine.page_size).failure, Failure::kNotReserved);
  EXPECT_EQ(os.unused(gone.base, machine.page_size).failure, Failure::kNotReserved);
  EXPECT_TRUE(os.free(gone.base, machine.page_size).ok()) << "the system does not mind";
}

}  // namespace
}  // namespace Atoll::os::test
