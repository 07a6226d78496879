#include "src/pages/physical_page.h"

#include <gtest/gtest.h>

#include <string>

#include "os/decorators/forward.h"

namespace Atoll::pages {
namespace {

using port::Goarch;
using port::Goos;
using port::Release;

std::string text(const std::optional<Line>& line) { return line ? std::string(line->view()) : ""; }

std::string problem(std::uint64_t page_size, Release release) {
  os::Machine machine;
  machine.page_size = page_size;
  return text(check_physical_page(port::spec(release, Goos::kLinux, Goarch::kAmd64), machine));
}

class HugePages final : public os::ForwardOs {
 public:
  explicit HugePages(std::uint64_t size) : ForwardOs(os::native()), size_(size) {}
  std::uint64_t huge_page_size() override {
    ++questions;
    return size_;
  }
  int questions = 0;

 private:
  std::uint64_t size_;
};

TEST(PhysicalPage, RealPageSizesPass) {
  for (const Release release : port::kReleases) {
    for (const std::uint64_t size : {4096U, 8192U, 16384U, 65536U, 524288U}) {
      EXPECT_EQ(problem(size, release), "");
    }
  }
}

TEST(PhysicalPage, EachBadSizeIsNamed) {
  EXPECT_EQ(problem(0, Release::k1_11), "failed to get system page size");
  EXPECT_EQ(problem(2048, Release::k1_11),
            "bad system page size: system page size (2048) is smaller than minimum page size "
            "(4096)");
  EXPECT_EQ(problem(12288, Release::k1_11),
            "bad system page size: system page size (12288) must be a power of 2");
  EXPECT_EQ(problem(1 << 20, Release::k1_13), "") << "there was no limit yet";
  EXPECT_EQ(problem(1 << 20, Release::k1_14),
            "bad system page size: system page size (1048576) is larger than maximum page size "
            "(524288)");
}

TEST(HugePage, IsLookedAtFrom113) {
  for (const Release release : port::kReleases) {
    const port::PortSpec spec = port::spec(release, Goos::kLinux, Goarch::kAmd64);
    for (const std::uint64_t size : {0U, 12288U, 2U << 20}) {
      HugePages os(size);
      const bool is_looked_at = release >= Release::k1_13;
      EXPECT_EQ(
          text(check_huge_page(spec, os)),
          is_looked_at && size == 12288
              ? "bad system huge page size: system huge page size (12288) must be a power of 2"
              : "");
      EXPECT_EQ(os.questions, is_looked_at ? 1 : 0) << "the question is dear";
    }
  }
}

TEST(HugePage, OneThatIsTooLargeIsIgnoredFrom114) {
  const auto usable = [](Release release, std::uint64_t size) {
    return usable_huge_page_size(port::spec(release, Goos::kLinux, Goarch::kArm64), size);
  };
  EXPECT_EQ(usable(Release::k1_13, std::uint64_t{512} << 20), std::uint64_t{512} << 20);
  EXPECT_EQ(usable(Release::k1_14, std::uint64_t{512} << 20), 0U);
  EXPECT_EQ(usable(Release::k1_14, std::uint64_t{2} << 20), std::uint64_t{2} << 20);
}

}  // namespace
}  // namespace Atoll::pages
