#include "tools/atoll/child.h"

#include <gtest/gtest.h>

namespace Atoll::tool {
namespace {

ChildResult shell(const std::string& script,
                  std::chrono::seconds limit = std::chrono::seconds(20)) {
  return run_child({"/bin/sh", "-c", script}, {"ADDED=by the caller"}, limit);
}

TEST(Child, ReadsBothStreamsToTheirEnd) {
  const ChildResult result = shell("seq 1 50000; seq 1 50000 >&2; exit 7");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.output.size(), result.errors.size());
  EXPECT_TRUE(result.output.ends_with("\n50000\n"));
  EXPECT_TRUE(result.errors.ends_with("\n50000\n"));
}

TEST(Child, GetsTheEnvironmentAndNoInput) {
  EXPECT_EQ(shell("echo $ADDED; cat").output, "by the caller\n");
}

TEST(Child, ASignalIsTold) { EXPECT_EQ(shell("kill -TERM $$").exit_code, 128 + 15); }

TEST(Child, DoesNotWaitForWhatHoldsThePipesOpen) {
  const ChildResult result = shell("sleep 60 & echo done");
  EXPECT_EQ(result.output, "done\n");
  EXPECT_EQ(result.exit_code, 0);
}

TEST(Child, ATimeLimitEndsEverythingItStarted) {
  const ChildResult result = shell("sleep 60 | cat", std::chrono::seconds(1));
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit_code, 128 + 9);
}

TEST(Child, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(run_child({"/nonexistent"}, {}, std::chrono::seconds(1)), std::exception);
}

}  // namespace
}  // namespace Atoll::tool
