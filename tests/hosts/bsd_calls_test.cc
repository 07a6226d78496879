// Checks, from a program of the BSDs, what hosts/bsd/README.md says about their kernels' calls.
// Built only for the BSDs, with os/bsd and its libc, or freestanding/bsd in its place.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

#include "os/base/address.h"
#include "os/bsd/libc.h"
#include "os/bsd/systems.h"

namespace Atoll::os::bsd {
namespace {

constexpr std::size_t kPage = 4096;
constexpr bool kIsFreebsd = kSystem.name == kFreebsd.name;
constexpr bool kIsNetbsd = kSystem.name == kNetbsd.name;
constexpr bool kIsOpenbsd = kSystem.name == kOpenbsd.name;

int last_error() { return *libc::errno_location(); }

Address map(Address hint, std::size_t size, int flags = 0, int protection = kReadWrite) {
  void* const p = libc::mmap(hint.pointer(), size, protection, kPrivateAnonymous | flags, -1, 0);
  return p == reinterpret_cast<void*>(std::numeric_limits<std::uintptr_t>::max()) ? Address()
                                                                                  : Address::of(p);
}

volatile std::uint8_t& byte_at(Address a) { return *static_cast<std::uint8_t*>(a.pointer()); }

bool unmap(Address base, std::size_t size) { return libc::munmap(base.pointer(), size) == 0; }

// `pages` pages, and how many of them are mapped is up to the test.
Address some_pages(std::size_t pages) {
  const Address base = map(Address(), pages * kPage);
  EXPECT_FALSE(base.is_null());
  return base;
}

TEST(BsdCalls, AFreeHintIsTakenAndAnOccupiedOneIsNot) {
  const Address base = some_pages(8);
  ASSERT_TRUE(unmap(base, 8 * kPage));
  EXPECT_EQ(map(base + 2 * kPage, 2 * kPage), base + 2 * kPage);
  const Address other = map(base + 3 * kPage, kPage);
  if (kIsFreebsd) EXPECT_EQ(other, base + 4 * kPage);
  if (kIsNetbsd) EXPECT_EQ(other, base + kPage);
  EXPECT_FALSE(other == base + 3 * kPage || other.is_null());
  EXPECT_TRUE(unmap(base + 2 * kPage, 2 * kPage));
  EXPECT_TRUE(unmap(other, kPage));
}

TEST(BsdCalls, AFixedMappingReplacesAndIsZero) {
  const Address base = some_pages(3);
  byte_at(base) = 1;
  byte_at(base + kPage) = 1;
  EXPECT_EQ(map(base + kPage, kPage, kFixed), base + kPage);
  EXPECT_EQ(byte_at(base), 1);
  EXPECT_EQ(byte_at(base + kPage), 0);
  EXPECT_TRUE(map(base + 1, kPage, kFixed).is_null());
  EXPECT_EQ(last_error(), error::kInvalid);
  EXPECT_TRUE(map(Address() - 16 * kPage, kPage, kFixed).is_null());
  EXPECT_EQ(last_error(), error::kInvalid);
  EXPECT_TRUE(unmap(base, 3 * kPage));
}

TEST(BsdCalls, NothingIsMappedOnNetbsdOnly) {
  EXPECT_EQ(libc::mmap(nullptr, 0, kReadWrite, kPrivateAnonymous, -1, 0) == nullptr, kIsNetbsd);
  if (!kIsNetbsd) EXPECT_EQ(last_error(), error::kInvalid);
}

TEST(BsdCalls, NothingIsUnmappedButOnFreebsd) {
  const Address base = some_pages(1);
  EXPECT_EQ(unmap(base, 0), !kIsFreebsd);
  if (kIsFreebsd) EXPECT_EQ(last_error(), error::kInvalid);
  byte_at(base) = 1;
  EXPECT_TRUE(unmap(base, kPage));
}

TEST(BsdCalls, HolesAreFoundBySomeOnly) {
  const Address base = some_pages(3);
  ASSERT_TRUE(unmap(base + kPage, kPage));
  const auto failed_with = [](int result) { return result == 0 ? 0 : last_error(); };
  EXPECT_EQ(failed_with(libc::mprotect(base.pointer(), 3 * kPage, kReadWrite)),
            kIsFreebsd ? error::kNoMemory : 0);
  EXPECT_EQ(failed_with(libc::madvise(base.pointer(), 3 * kPage, kSystem.advise_free)),
            kIsFreebsd ? 0 : error::kFault);
  EXPECT_EQ(failed_with(libc::munmap(base.pointer(), 3 * kPage)), kIsOpenbsd ? error::kInvalid : 0);
  if (kIsOpenbsd) EXPECT_TRUE(unmap(base, kPage) && unmap(base + 2 * kPage, kPage));
}

TEST(BsdCalls, TooMuchIsNoMemory) {
  EXPECT_TRUE(map(Address(), std::size_t{1} << 60).is_null());
  EXPECT_EQ(last_error(), error::kNoMemory);
}

TEST(BsdCalls, FreedPagesHoldWhatTheyHeldOrNothing) {
  constexpr std::size_t kPages = 4;
  const Address base = some_pages(kPages);
  for (std::size_t i = 0; i < kPages; ++i) byte_at(base + i * kPage) = 7;
  ASSERT_EQ(libc::madvise(base.pointer(), kPages * kPage, kSystem.advise_free), 0);
  for (std::size_t i = 0; i < kPages; ++i) {
    const std::uint8_t byte = byte_at(base + i * kPage);
    EXPECT_TRUE(byte == 0 || byte == 7);
    byte_at(base + i * kPage) = 9;
    EXPECT_EQ(byte_at(base + i * kPage), 9);
  }
  EXPECT_TRUE(unmap(base, kPages * kPage));
}

TEST(BsdCalls, MincoreTellsWhichPagesWereTouched) {
  if constexpr (kSystem.has_mincore) {
    constexpr std::size_t kPages = 5000;  // more than the host asks about at once
    static std::array<char, kPages> told;
    const Address base = some_pages(kPages);
    for (const std::size_t page : {std::size_t{0}, std::size_t{7}, kPages - 1}) {
      byte_at(base + page * kPage) = 1;
    }
    told.fill(0x55);
    ASSERT_EQ(libc::mincore(base.pointer(), kPages * kPage, told.data()), 0);
    for (std::size_t i = 0; i < kPages; ++i) {
      EXPECT_EQ((told[i] & 1) != 0, i == 0 || i == 7 || i == kPages - 1) << i;
    }
    EXPECT_EQ(libc::mincore((base + 1).pointer(), kPage, told.data()), kIsFreebsd ? 0 : -1);
    EXPECT_EQ(libc::mincore(base.pointer(), 0, told.data()), kIsFreebsd ? 0 : -1);
    EXPECT_TRUE(unmap(base + kPage, kPage));
    EXPECT_EQ(libc::mincore(base.pointer(), 3 * kPage, told.data()), -1);
    EXPECT_EQ(last_error(), error::kNoMemory);
    EXPECT_EQ(libc::mincore(base.pointer(), kPage, static_cast<char*>((base + kPage).pointer())),
              -1);
    EXPECT_EQ(last_error(), error::kFault);
    EXPECT_TRUE(unmap(base, kPage) && unmap(base + 2 * kPage, (kPages - 2) * kPage));
  }
}

TEST(BsdCalls, ABufferThatIsNotThereIsAFault) {
  const Address base = some_pages(1);
  ASSERT_TRUE(unmap(base, kPage));
  EXPECT_EQ(libc::write(2, base.pointer(), 1), -1);
  EXPECT_EQ(last_error(), error::kFault);
  std::uint32_t page = 0;
  std::size_t size = sizeof page;
  const std::array<int, 2> name = {kHardware, kPageSize};
  EXPECT_EQ(libc::sysctl(name.data(), 2, base.pointer(), &size, nullptr, 0), -1);
  EXPECT_EQ(last_error(), error::kFault);
  EXPECT_EQ(libc::sysctl(name.data(), 2, &page, &size, nullptr, 0), 0);
  EXPECT_EQ(page, kPage);
}

TEST(BsdCalls, AWaitForAWordThatHasChangedReturns) {
  std::uint32_t word = 1;
  if constexpr (kSystem.park == Park::kUmtxOp) {
    EXPECT_EQ(libc::_umtx_op(&word, 15, 2, nullptr, nullptr), 0);
    EXPECT_EQ(libc::_umtx_op(&word, 16, 1, nullptr, nullptr), 0);
  } else if constexpr (kSystem.park == Park::kFutex) {
    EXPECT_EQ(libc::futex(&word, 1 | 128, 2, nullptr, nullptr), -1);
    EXPECT_EQ(last_error(), error::kAgain);
    EXPECT_EQ(libc::futex(&word, 2 | 128, 1, nullptr, nullptr), 0);
  } else if constexpr (kSystem.park == Park::kFutexByCall) {
    EXPECT_EQ(libc::syscall(166, &word, 128, 2, nullptr, nullptr, 0, 0), -1);
    EXPECT_EQ(last_error(), error::kAgain);
    EXPECT_EQ(libc::syscall(166, &word, 1 | 128, 1, nullptr, nullptr, 0, 0), 0);
  }
}

}  // namespace
}  // namespace Atoll::os::bsd
