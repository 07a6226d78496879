// Tests what only Linux has: a kernel that shows in /proc/self/smaps what it has been told.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "os/os.h"

namespace Atoll::os::test {
namespace {

// The flags of the mapping that has the address, between blanks; empty if the kernel does not show
// them.
std::string flags_of(Address address) {
  std::FILE* const file = std::fopen("/proc/self/smaps", "re");
  if (file == nullptr) return "";
  char line[4096];
  bool is_there = false;
  std::string flags;
  while (flags.empty() && std::fgets(line, sizeof line, file) != nullptr) {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    if (std::sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &first, &end) == 2) {
      is_there = Address(first) <= address && address < Address(end);
    }
    if (is_there && std::string(line).starts_with("VmFlags:")) flags = line;
  }
  std::fclose(file);
  return flags;
}

bool has(const std::string& flags, const char* one) {
  return flags.find(std::string(" ") + one + " ") != std::string::npos;
}

class Linux : public ::testing::Test {
 protected:
  Linux() {
    const Allocation allocation = os.alloc(kPages * page);
    EXPECT_TRUE(allocation.ok());
    memory = {allocation.base, kPages * page};
  }
  ~Linux() override { EXPECT_TRUE(os.free(memory.base, memory.size).ok()); }

  Range pages(std::uint64_t first, std::uint64_t count) const {
    return {memory.base + first * page, count * page};
  }
  Status wish(Range range, HugePages which) {
    return os.wish_huge_pages(range.base, range.size, which);
  }
  std::optional<std::uint64_t> resident(Range range) { return os.resident(range.base, range.size); }
  volatile char& byte(std::uint64_t of_page) {
    return *static_cast<char*>((memory.base + of_page * page).pointer());
  }

  // Some kernels do not show them: asked without the backend.
  bool shows_wishes() const {
    const Range asked = pages(63, 1);
    const auto size = static_cast<std::size_t>(asked.size);
    if (::madvise(asked.base.pointer(), size, MADV_NOHUGEPAGE) != 0) return false;
    const bool is_shown = has(flags_of(asked.base), "nh");
    EXPECT_EQ(::madvise(asked.base.pointer(), size, MADV_HUGEPAGE), 0);
    return is_shown;
  }

  static constexpr std::uint64_t kPages = 64;
  Os& os = native();
  const std::uint64_t page = os.probe().page_size;
  Range memory;
};

TEST_F(Linux, TheKernelKnowsTheWishesOfEveryPart) {
  const Status wanted = wish(pages(8, 8), HugePages::kWanted);
  const Status unwanted = wish(pages(32, 1), HugePages::kUnwanted);
  if (wanted.failure == Failure::kUnsupported) {
    EXPECT_EQ(unwanted.failure, Failure::kUnsupported) << "emulators, and small kernels";
    return;
  }
  ASSERT_TRUE(wanted.ok() && unwanted.ok());
  if (!shows_wishes()) return;
  EXPECT_TRUE(has(flags_of(pages(8, 1).base), "hg"));
  EXPECT_TRUE(has(flags_of(pages(15, 1).base), "hg"));
  EXPECT_TRUE(has(flags_of(pages(32, 1).base), "nh"));
  for (const unsigned other : {0U, 7U, 16U, 31U, 33U, 62U}) {
    const std::string flags = flags_of(pages(other, 1).base);
    EXPECT_FALSE(has(flags, "hg") || has(flags, "nh")) << other;
  }
  EXPECT_TRUE(os.unused(pages(8, 8).base, 8 * page).ok());
  EXPECT_TRUE(has(flags_of(pages(8, 1).base), "hg")) << "the wish outlives what was there";
  EXPECT_TRUE(wish(pages(8, 8), HugePages::kUnwanted).ok());
  EXPECT_TRUE(has(flags_of(pages(8, 1).base), "nh")) << "the latest wish counts";
}

// The conformance suite must accept systems that say that every page is in memory.
TEST_F(Linux, AsManyPagesAreResidentAsMincoreNames) {
  (void)wish(memory, HugePages::kUnwanted);
  for (const unsigned of_page : {0U, 1U, 5U, 31U, 32U, 63U}) byte(of_page) = 1;
  std::array<unsigned char, kPages> told{};
  ASSERT_EQ(::mincore(memory.base.pointer(), static_cast<std::size_t>(memory.size), told.data()),
            0);
  for (std::uint64_t first = 0; first < kPages; first += 7) {
    std::uint64_t expected = 0;
    for (auto i = static_cast<std::size_t>(first); i < kPages; ++i) {
      expected += (told[i] & 1) != 0 ? page : 0;
    }
    EXPECT_EQ(resident(pages(first, kPages - first)), expected);
  }
}

TEST_F(Linux, MemoryThatIsNotMappedTakesNoWishesAndNothingIsKnownOfIt) {
  const bool takes_wishes = wish(memory, HugePages::kUnwanted).ok();
  EXPECT_TRUE(os.free(pages(1, 1).base, page).ok());
  EXPECT_EQ(resident(pages(0, 3)), std::nullopt);
  // gVisor accepts them there, too.
  const bool is_accepted = ::madvise(pages(0, 3).base.pointer(), static_cast<std::size_t>(3 * page),
                                     MADV_NOHUGEPAGE) == 0;
  const Failure refused = takes_wishes ? Failure::kNotReserved : Failure::kUnsupported;
  EXPECT_EQ(wish(pages(0, 3), HugePages::kUnwanted).failure,
            is_accepted && takes_wishes ? Failure::kNone : refused);
}

// As the backend's header says: the page of zeroes is mapped, and so looks like any other.
TEST_F(Linux, APageThatWasOnlyReadMayCountAndDropsWithTheOthers) {
  (void)wish(memory, HugePages::kUnwanted);
  EXPECT_EQ(byte(3), 0);
  EXPECT_EQ(resident(pages(3, 1)), page);
  EXPECT_TRUE(os.unused(pages(3, 1).base, page).ok());
  if (os.decommit_zeroes() && os.huge_page_size() != 0) {
    EXPECT_EQ(resident(pages(3, 1)), 0u);
  }
}

}  // namespace
}  // namespace Atoll::os::test
