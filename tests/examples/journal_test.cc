// The example in C.
#include "examples/c/journal.h"

#include <gtest/gtest.h>

#include <string>

namespace {

class JournalTest : public testing::Test {
 public:
  JournalTest() {
    char why[256];
    EXPECT_TRUE(journal_open(&journal_, why, sizeof why)) << why;
  }
  ~JournalTest() override { journal_close(&journal_); }

 protected:
  std::string check() {
    char text[256];
    atoll_heap_check(journal_.heap, text, sizeof text);
    return text;
  }

  journal journal_ = {};
};

TEST_F(JournalTest, KeepsWhatIsAddedInItsOrder) {
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(journal_add(&journal_, std::to_string(i).c_str()));
  EXPECT_EQ(journal_.count, 1000);
  int i = 0;
  for (const entry* e = journal_.first; e != nullptr; e = e->next) {
    EXPECT_EQ(e->text, std::to_string(i++));
  }
  EXPECT_EQ(i, 1000);
  EXPECT_EQ(check(), "");
}

TEST_F(JournalTest, ForgetsTheOldest) {
  journal_forget(&journal_);
  journal_add(&journal_, "one");
  journal_add(&journal_, "two");
  journal_forget(&journal_);
  EXPECT_EQ(journal_.count, 1);
  EXPECT_STREQ(journal_.first->text, "two");
  journal_forget(&journal_);
  EXPECT_EQ(journal_.first, nullptr);
  journal_add(&journal_, "three");
  EXPECT_STREQ(journal_.last->text, "three");
  EXPECT_EQ(check(), "");
}

}  // namespace
