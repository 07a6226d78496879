#include "tools/atoll/findings.h"

#include <gtest/gtest.h>

namespace Atoll::tool {
namespace {

TEST(Findings, ReadsTheProbesLinesAndPassesOverOthers) {
  Findings findings;
  for (const char* line :
       {"wine: a line of the emulator's", "value\tpageSize\t4096\r", "value\tfirstArena\t0x400000",
        "check\tone\tok\twhy", "note\ta note", "call\treserve(null, 64 MiB) -> 0x1000", "", "\t",
        "check\ttoo short", "atoll: done"}) {
    findings.read(line);
  }
  EXPECT_EQ(findings.number("pageSize"), 4096U);
  EXPECT_EQ(findings.value("firstArena"), "0x400000");
  EXPECT_EQ(findings.number("firstArena"), std::nullopt);
  EXPECT_EQ(findings.value("absent"), std::nullopt);
  ASSERT_EQ(findings.checks().size(), 1U);
  EXPECT_EQ(findings.notes(), std::vector<std::string>{"a note"});
  EXPECT_EQ(findings.calls().size(), 1U);
  EXPECT_TRUE(findings.agrees());
}

TEST(Findings, AgreeOnlyIfThereAreChecksAndNoneFails) {
  Findings findings;
  EXPECT_FALSE(findings.agrees()) << "a program that said nothing proved nothing";
  findings.read("check\tone\tok\tfine");
  EXPECT_TRUE(findings.agrees());
  EXPECT_EQ(findings.first_failure(), std::nullopt);
  findings.read("check\ttwo\tFAIL\tbad");
  findings.read("check\tthree\tok\tfine");
  EXPECT_FALSE(findings.agrees());
  EXPECT_EQ(findings.first_failure()->name, "two");
}

}  // namespace
}  // namespace Atoll::tool
