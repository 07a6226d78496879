// What a backend over one buffer promises beside the contract: which buffers it refuses, where
// memory lies in them, and which services it has without the program's.
#include "os/fixed/fixed_os.h"

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/os/conformance.h"

namespace Atoll::os::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Native, Conformance, ::testing::ValuesIn(native_worlds()), name_of);

constexpr std::uint64_t kPage = FixedSpace::kPageBytes;

class FixedBuffer : public testing::Test {
 protected:
  static constexpr std::size_t kPages = 20;

  std::string init(std::uint64_t offset, std::uint64_t size) {
    return init_at(buffer_ + offset, size);
  }
  std::string init_at(void* buffer, std::uint64_t size) {
    return std::string(os_.init(buffer, size).view());
  }

  alignas(kPage) inline static unsigned char buffer_[kPages * kPage];
  FixedOs os_;
};

TEST_F(FixedBuffer, IsRefusedWithAReasonIfItCannotServe) {
  std::memset(buffer_, 0x5a, sizeof buffer_);
  void* const last =
      reinterpret_cast<void*>(std::numeric_limits<std::uintptr_t>::max() - 2 * kPage + 1);
  EXPECT_EQ(init_at(nullptr, 100 * kPage), "the buffer is null");
  EXPECT_EQ(init(0, 0), "the buffer has no room for a page");
  EXPECT_EQ(init(0, kPage - 1), "the buffer has no room for a page");
  EXPECT_EQ(init(0, kPage), "the buffer has no room for a page");
  EXPECT_EQ(init(1, 2 * kPage - 2), "the buffer has no room for a page");
  EXPECT_EQ(init_at(last, 2 * kPage + 1), "the buffer wraps round the end of the address space");
  EXPECT_EQ(init(0, ~std::uint64_t{0}), "the buffer wraps round the end of the address space");
  for (const unsigned char byte : buffer_) ASSERT_EQ(byte, 0x5a) << "a refusal writes nothing";
  EXPECT_TRUE(os_.space().pages().is_empty());
  EXPECT_EQ(os_.reserve(Address(), kPage).status.failure, Failure::kNoMemory);
  EXPECT_EQ(os_.alloc(kPage).status.failure, Failure::kNoMemory);

  EXPECT_EQ(init(0, sizeof buffer_), "");
  EXPECT_EQ(init(0, sizeof buffer_), "the buffer comes too late: there is one already");
}

TEST_F(FixedBuffer, HasItsTableBehindTheLastWholePage) {
  EXPECT_EQ(init(0, sizeof buffer_ - 1), "");
  EXPECT_EQ(os_.space().pages(), (Range{Address::of(buffer_), (kPages - 1) * kPage}));
}

TEST_F(FixedBuffer, HasItsTableBeforeTheFirstWholePage) {
  EXPECT_EQ(init(1, sizeof buffer_ - 1), "");
  EXPECT_EQ(os_.space().pages(), (Range{Address::of(buffer_ + kPage), (kPages - 1) * kPage}));
}

TEST_F(FixedBuffer, GivesItsFirstPageToTheTableOtherwise) {
  EXPECT_EQ(init(0, sizeof buffer_), "");
  EXPECT_EQ(os_.space().pages(), (Range{Address::of(buffer_ + kPage), (kPages - 1) * kPage}));
}

TEST_F(FixedBuffer, IsReservedFromBelowAndAllocatedFromAbove) {
  ASSERT_EQ(init(0, sizeof buffer_), "");
  const Range pages = os_.space().pages();
  EXPECT_EQ(os_.reserve(Address(), 2 * kPage).base, pages.base);
  EXPECT_EQ(os_.alloc(2 * kPage).base, pages.end() - 2 * kPage);
  EXPECT_EQ(os_.reserve(Address(), kPage).base, pages.base + 2 * kPage);
  EXPECT_EQ(os_.alloc(3 * kPage).base, pages.end() - 5 * kPage);
  EXPECT_EQ(os_.space().bytes_held(), 8 * kPage);
  // Each takes the first place that is large enough, also before what came later.
  EXPECT_TRUE(os_.free(pages.base, 2 * kPage).ok());
  EXPECT_TRUE(os_.free(pages.end() - 2 * kPage, 2 * kPage).ok());
  EXPECT_EQ(os_.reserve(Address(), kPage).base, pages.base);
  EXPECT_EQ(os_.alloc(kPage).base, pages.end() - kPage);
  EXPECT_EQ(os_.reserve(Address(), 2 * kPage).base, pages.base + 3 * kPage);
  EXPECT_EQ(os_.alloc(2 * kPage).base, pages.end() - 7 * kPage);
}

TEST_F(FixedBuffer, IsHandedOutToTheLastPage) {
  ASSERT_EQ(init(0, sizeof buffer_), "");
  const Range pages = os_.space().pages();
  const Allocation all = os_.reserve(Address(), pages.size);
  EXPECT_EQ(all.base, pages.base);
  EXPECT_FALSE(os_.alloc(kPage).ok());
  EXPECT_TRUE(os_.release(all.base + 7 * kPage, kPage).ok());
  EXPECT_EQ(os_.alloc(kPage).base, pages.base + 7 * kPage);
  EXPECT_FALSE(os_.reserve(Address(), kPage).ok());
}

TEST_F(FixedBuffer, RefusesCallsInOtherStates) {
  ASSERT_EQ(init(0, sizeof buffer_), "");
  constexpr Failure kNot = Failure::kNotReserved;
  const Address base = os_.space().pages().base;
  EXPECT_EQ(os_.map(base, kPage).failure, kNot) << "nobody reserved it";
  EXPECT_EQ(os_.free(base, kPage).failure, kNot);
  ASSERT_EQ(os_.reserve(Address(), 4 * kPage).base, base);
  EXPECT_EQ(os_.used(base, kPage).failure, kNot) << "nobody mapped it";
  EXPECT_EQ(os_.unused(base, kPage).failure, kNot);
  EXPECT_EQ(os_.resident(base, kPage), std::nullopt);
  ASSERT_TRUE(os_.map(base, 2 * kPage).ok());
  EXPECT_EQ(os_.map(base + kPage, 2 * kPage).failure, kNot) << "one page is mapped";
  EXPECT_EQ(os_.release(base + kPage, 2 * kPage).failure, kNot);
  EXPECT_EQ(os_.used(base, 3 * kPage).failure, kNot) << "one page is not";
  EXPECT_EQ(os_.resident(base, 2 * kPage), 0U) << "a refusal changes nothing";
  ASSERT_TRUE(os_.used(base, kPage).ok());
  EXPECT_EQ(os_.resident(base, 2 * kPage), kPage);
  EXPECT_EQ(os_.free(base, 5 * kPage).failure, kNot) << "the last page is nobody's";
  EXPECT_TRUE(os_.free(base, 4 * kPage).ok());
  EXPECT_EQ(os_.space().bytes_held(), 0U);
}

TEST(FixedServices, AreTheProgramsOwn) {
  struct Program {
    std::string written;
    std::uint64_t time = 5;
  } program;
  FixedServices services;
  services.context = &program;
  services.write = [](void* context, std::string_view text) {
    static_cast<Program*>(context)->written += text;
  };
  services.nanoseconds = [](void* context) { return static_cast<Program*>(context)->time; };
  services.random = [](void*) { return std::uint64_t{42}; };
  FixedOs os(services);
  os.write("hello");
  EXPECT_EQ(program.written, "hello");
  EXPECT_EQ(os.monotonic_nanoseconds(), 5U);
  program.time = 6;
  EXPECT_EQ(os.monotonic_nanoseconds(), 6U);
  EXPECT_EQ(os.random_seed(), 42U);
}

TEST(FixedServices, MayBeMissing) {
  FixedOs os;
  os.write("nobody reads this");
  const std::uint64_t before = os.monotonic_nanoseconds();
  EXPECT_LT(before, os.monotonic_nanoseconds());
  EXPECT_NE(os.random_seed(), os.random_seed());
}

}  // namespace
}  // namespace Atoll::os::test
