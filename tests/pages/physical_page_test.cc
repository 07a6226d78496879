#include "src/pages/physical_page.h"

#include <gtest/gtest.h>

#include <string>

namespace Atoll::pages {
namespace {

using port::Goarch;
using port::Goos;
using port::Release;

std::string problem(std::uint64_t page_size, Release release, std::uint64_t huge_page_size = 0) {
  os::Machine machine;
  machine.page_size = page_size;
  machine.huge_page_size = huge_page_size;
  const auto line = check_physical_page(port::spec(release, Goos::kLinux, Goarch::kAmd64), machine);
  return line ? std::string(line->view()) : "";
}

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
  EXPECT_EQ(problem(4096, Release::k1_12, 12288), "");
  EXPECT_EQ(problem(4096, Release::k1_13, 12288),
            "bad system huge page size: system huge page size (12288) must be a power of 2");
}

TEST(PhysicalPage, ATooLargeHugePageIsIgnoredFrom114) {
  os::Machine machine;
  machine.huge_page_size = std::uint64_t{512} << 20;
  const auto usable = [&](Release release) {
    return usable_huge_page_size(port::spec(release, Goos::kLinux, Goarch::kArm64), machine);
  };
  EXPECT_EQ(usable(Release::k1_13), std::uint64_t{512} << 20);
  EXPECT_EQ(usable(Release::k1_14), 0U);
  machine.huge_page_size = std::uint64_t{2} << 20;
  EXPECT_EQ(usable(Release::k1_14), std::uint64_t{2} << 20);
}

}  // namespace
}  // namespace Atoll::pages
