// Tests that fail, skip and pass on purpose. The output must be GoogleTest's:
// outcomes.expected is its output.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

void say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

// --- What goes on after a failure. ---

TEST(Failures, ThatAreNotFatalGoOn) {
  EXPECT_EQ(1 + 1, 3) << "one";
  EXPECT_TRUE(HasNonfatalFailure());
  EXPECT_FALSE(HasFatalFailure());
  say("reached");
}

void fails_fatally() {
  ASSERT_EQ(1 + 1, 3);
  say("never reached");
}

TEST(Failures, ThatAreFatalReturn) {
  fails_fatally();
  say("reached, for it was the other function that returned");
  EXPECT_TRUE(HasFatalFailure());
  ASSERT_TRUE(false) << "two";
  say("never reached");
}

TEST(Failures, OfAnotherFunctionAreNoticed) {
  EXPECT_NO_FATAL_FAILURE(say("fine"));
  ASSERT_NO_FATAL_FAILURE(fails_fatally()) << "three";
  say("never reached");
}

TEST(Failures, AreAddedByHand) {
  ADD_FAILURE() << "four";
  if (HasFailure()) FAIL() << "five";
  say("never reached");
}

TEST(Failures, StayWithTheirIf) {
  if (HasFailure())
    EXPECT_TRUE(false);
  else
    say("reached");
}

TEST(Failures, TellTheirScopes) {
  SCOPED_TRACE("outer");
  for (int i = 0; i < 2; ++i) {
    SCOPED_TRACE(testing::Message() << "inner " << i);
    EXPECT_NE(i, 1);
  }
  EXPECT_LT(2, 1);
}

TEST(Skips, Return) {
  if (!HasFailure()) GTEST_SKIP() << "for a reason";
  say("never reached");
}

class Fixture : public testing::Test {
 protected:
  Fixture() { say("made"); }
  ~Fixture() override { say("destroyed"); }
  static void SetUpTestSuite() { say("suite up"); }
  static void TearDownTestSuite() { say("suite down"); }
  void SetUp() override {
    say("up");
    if (fails_) FAIL() << "in SetUp";
    if (skips_) GTEST_SKIP();
  }
  void TearDown() override { say("down"); }

  bool fails_ = false;
  bool skips_ = false;
};

class FailingFixture : public Fixture {
 protected:
  FailingFixture() { fails_ = true; }
};

class SkippingFixture : public Fixture {
 protected:
  SkippingFixture() { skips_ = true; }
};

TEST_F(Fixture, IsSetUpAndTornDown) { say("body"); }
TEST_F(Fixture, IsMadeAnew) { say("body"); }
TEST_F(FailingFixture, HasNoBody) { say("never reached"); }
TEST_F(SkippingFixture, HasNoBody) { say("never reached"); }

TEST(Failures, CountOnlyForTheirOwnTest) { EXPECT_FALSE(HasFailure()); }

// --- What failures say. ---

enum class Scoped : std::uint8_t { kA = 3 };
struct Printed {
  int value;
  friend void PrintTo(const Printed& p, std::ostream* out) { *out << "printed " << p.value; }
  friend bool operator==(const Printed&, const Printed&) = default;
};
struct Streamed {
  int value;
  friend std::ostream& operator<<(std::ostream& out, const Streamed& s) {
    return out << "streamed " << s.value;
  }
  friend bool operator==(const Streamed&, const Streamed&) = default;
};
struct Plain {
  std::uint8_t bytes[5];
  friend bool operator==(const Plain&, const Plain&) = default;
};

TEST(Messages, ShowValues) {
  const std::string text = "a \"text\"\n";
  EXPECT_EQ(text, "other");
  EXPECT_EQ(std::string_view("view"), text);
  EXPECT_EQ('a', 'b');
  EXPECT_EQ(std::uint8_t{200}, std::uint8_t{11});
  EXPECT_EQ(true, false);
  EXPECT_EQ(1.5, 2.5);
  EXPECT_EQ(std::uint64_t{1} << 63, 0U);
  int* const null = nullptr;
  EXPECT_NE(null, nullptr);
  EXPECT_EQ(reinterpret_cast<void*>(std::uintptr_t{0x1234}), nullptr);
  EXPECT_EQ(Printed{1}, Printed{2});
  EXPECT_EQ(Streamed{1}, Streamed{2});
  EXPECT_EQ((Plain{{0, 1, 2, 0xab, 0xff}}), Plain{});
}

TEST(Messages, ShowContainers) {
  EXPECT_EQ((std::vector<int>{1, 2}), std::vector<int>{});
  EXPECT_EQ((std::array<Printed, 1>{{{1}}}), (std::array<Printed, 1>{{{2}}}));
  EXPECT_EQ((std::pair<int, std::string>(1, "a")), (std::pair<int, std::string>(2, "b")));
  EXPECT_EQ(std::make_tuple(1, 'a'), std::make_tuple(2, 'b'));
  EXPECT_EQ((std::map<int, int>{{1, 2}}), (std::map<int, int>()));
  EXPECT_EQ(std::optional<int>(1), std::optional<int>());
  EXPECT_EQ(std::vector<int>(40, 7), std::vector<int>{});
}

testing::AssertionResult is_even(int n) {
  if (n % 2 == 0) return testing::AssertionSuccess() << n << " is even";
  return testing::AssertionFailure() << n << " is odd";
}

TEST(Messages, ShowWhatWasAsked) {
  const int one = 1;
  const int two = 2;
  EXPECT_TRUE(one == two);
  EXPECT_FALSE(one != two);
  EXPECT_TRUE(is_even(one));
  EXPECT_FALSE(is_even(two));
  EXPECT_GE(one, two);
  EXPECT_GT(one, two) << "with " << true << ' ' << 1.5 << ' ' << std::hex << 255;
  EXPECT_LE(two, one);
  EXPECT_LT(two, one);
  EXPECT_NE(one, 1);
  EXPECT_STREQ("a", "b");
  EXPECT_STRNE("a", "a");
  EXPECT_NEAR(1.0, 2.0, 0.5);
  EXPECT_DOUBLE_EQ(1.0, 1.5);
  EXPECT_DOUBLE_EQ(0.1 + 0.2, 0.3);
}

// --- Values. ---

class OfNumbers : public testing::TestWithParam<int> {};
TEST_P(OfNumbers, AreAboveOne) { EXPECT_GT(GetParam(), 1); }
TEST_P(OfNumbers, ArePositive) { EXPECT_GT(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(Some, OfNumbers, testing::Values(1, 2));
INSTANTIATE_TEST_SUITE_P(Ranged, OfNumbers, testing::Range(3, 8, 2), [](const auto& tested) {
  return "n" + std::to_string(tested.param) + "_" + std::to_string(tested.index);
});

class OfStructures : public testing::TestWithParam<Streamed> {};
TEST_P(OfStructures, AreShown) { EXPECT_EQ(GetParam().value, 0); }
const std::array kStructures = {Streamed{0}, Streamed{1}};
INSTANTIATE_TEST_SUITE_P(All, OfStructures, testing::ValuesIn(kStructures));

class OfPairs : public testing::TestWithParam<std::tuple<bool, std::string>> {};
TEST_P(OfPairs, AreAllThere) { EXPECT_TRUE(std::get<0>(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Every, OfPairs, testing::Combine(testing::Bool(), testing::Values("a")),
                         [](const testing::TestParamInfo<OfPairs::ParamType>& tested) {
                           return std::get<1>(tested.param) +
                                  (std::get<0>(tested.param) ? "_true" : "_false");
                         });

TEST(DISABLED_Suites, AreLeftOut) { say("never reached"); }
TEST(Tests, DISABLED_AreLeftOut) { say("never reached"); }

// --- The end. ---

struct AtExit {
  ~AtExit() { say("static object destroyed"); }
};
const AtExit at_exit;

}  // namespace
