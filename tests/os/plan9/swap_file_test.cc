#include "os/plan9/native/swap_file.h"

#include <gtest/gtest.h>

#include <string>

namespace Atoll::os::plan9 {
namespace {

TEST(SwapFile, TellsThePageSizeInALineOfItsOwn) {
  EXPECT_EQ(page_size_in("1071185920 memory\n4096 pagesize\n32831 kernel\n"), 4096u);
  EXPECT_EQ(page_size_in("65536 pagesize\n"), 65536u);
}

TEST(SwapFile, MayNotTellIt) {
  for (const char* text :
       {"", "\n", "4096", "4096 memory\n", "4096 pagesize", "pagesize\n", " pagesize\n",
        "4096  pagesize\n", "-4096 pagesize\n", "0 pagesize\n", "4095 pagesize\n",
        "4096 pagesizes\n", "0x1000 pagesize\n", "99999999999999999999999999999999 pagesize\n"}) {
    EXPECT_EQ(page_size_in(text), std::nullopt) << text;
  }
}

TEST(SwapFile, MayEndAnywhere) {
  const std::string text = "1071185920 memory\n4096 pagesize\n32831 kernel\n";
  const std::size_t known = text.find("pagesize\n") + 9;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    EXPECT_EQ(page_size_in(std::string_view(text).substr(0, size)).has_value(), size >= known);
  }
}

}  // namespace
}  // namespace Atoll::os::plan9
