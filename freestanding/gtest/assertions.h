// EXPECT_ and ASSERT_. Each takes more explanation with <<; a fatal one returns from its function.
#pragma once

#include <string>

#include "freestanding/gtest/print.h"
#include "freestanding/gtest/result.h"
#include "freestanding/gtest/test.h"

namespace testing::internal {

AssertionResult not_equal(const char* a_text, const char* b_text, const std::string& a,
                          const std::string& b);
AssertionResult not_ordered(const char* a_text, const char* b_text, const std::string& a,
                            const std::string& b, const char* order);
AssertionResult compare_texts(const char* a_text, const char* b_text, const char* a, const char* b,
                              bool are_equal);
AssertionResult compare_near(const char* a_text, const char* b_text, const char* error_text,
                             double a, double b, double error);
// Equal to within four units of the last place.
AssertionResult compare_doubles(const char* a_text, const char* b_text, double a, double b);
AssertionResult compare_floats(const char* a_text, const char* b_text, float a, float b);

std::string bool_failure(const AssertionResult& result, const char* text, bool expected);

// Tells that a death test was left out, and counts the test as skipped if nothing fails. True.
bool skips_death_test(const char* file, int line, const char* statement);

// What is compared is the test's business, as in the real one, which is a system's header.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wfloat-equal"

template <class A, class B>
AssertionResult compare_equal(const char* a_text, const char* b_text, const A& a, const B& b) {
  if (a == b) return AssertionSuccess();
  return not_equal(a_text, b_text, PrintToString(a), PrintToString(b));
}

#define ATOLL_GTEST_ORDER(function, order)                                                   \
  template <class A, class B>                                                                \
  AssertionResult function(const char* a_text, const char* b_text, const A& a, const B& b) { \
    if (a order b) return AssertionSuccess();                                                \
    return not_ordered(a_text, b_text, PrintToString(a), PrintToString(b), #order);          \
  }
ATOLL_GTEST_ORDER(compare_unequal, !=)
ATOLL_GTEST_ORDER(compare_less, <)
ATOLL_GTEST_ORDER(compare_less_or_equal, <=)
ATOLL_GTEST_ORDER(compare_greater, >)
ATOLL_GTEST_ORDER(compare_greater_or_equal, >=)
#undef ATOLL_GTEST_ORDER

#pragma GCC diagnostic pop

}  // namespace testing::internal

#define GTEST_MESSAGE_AT_(severity, found)                                                       \
  ::testing::internal::AssertHelper(::testing::internal::Severity::severity, __FILE__, __LINE__, \
                                    found) = ::testing::Message()
#define GTEST_NONFATAL_(found) GTEST_MESSAGE_AT_(kNonFatal, found)
#define GTEST_FATAL_(found) return GTEST_MESSAGE_AT_(kFatal, found)

// Keeps an else that follows an assertion with the if before it.
#define GTEST_ONE_STATEMENT_ \
  switch (0)                 \
  case 0:                    \
  default:

#define GTEST_CHECK_(check, on_failure)                                    \
  GTEST_ONE_STATEMENT_                                                     \
  if (const ::testing::AssertionResult gtest_found = (check); gtest_found) \
    ;                                                                      \
  else                                                                     \
    on_failure(gtest_found.message())

#define GTEST_CHECK_BOOL_(check, text, expected, on_failure)                            \
  GTEST_ONE_STATEMENT_                                                                  \
  if (const ::testing::AssertionResult gtest_found = ::testing::AssertionResult(check); \
      bool(gtest_found) == expected)                                                    \
    ;                                                                                   \
  else                                                                                  \
    on_failure(::testing::internal::bool_failure(gtest_found, text, expected))

#define GTEST_COMPARE_(function, a, b, on_failure) \
  GTEST_CHECK_(::testing::internal::function(#a, #b, a, b), on_failure)

#define EXPECT_TRUE(condition) GTEST_CHECK_BOOL_(condition, #condition, true, GTEST_NONFATAL_)
#define ASSERT_TRUE(condition) GTEST_CHECK_BOOL_(condition, #condition, true, GTEST_FATAL_)
#define EXPECT_FALSE(condition) GTEST_CHECK_BOOL_(condition, #condition, false, GTEST_NONFATAL_)
#define ASSERT_FALSE(condition) GTEST_CHECK_BOOL_(condition, #condition, false, GTEST_FATAL_)

#define EXPECT_EQ(a, b) GTEST_COMPARE_(compare_equal, a, b, GTEST_NONFATAL_)
#define ASSERT_EQ(a, b) GTEST_COMPARE_(compare_equal, a, b, GTEST_FATAL_)
#define EXPECT_NE(a, b) GTEST_COMPARE_(compare_unequal, a, b, GTEST_NONFATAL_)
#define ASSERT_NE(a, b) GTEST_COMPARE_(compare_unequal, a, b, GTEST_FATAL_)
#define EXPECT_LT(a, b) GTEST_COMPARE_(compare_less, a, b, GTEST_NONFATAL_)
#define ASSERT_LT(a, b) GTEST_COMPARE_(compare_less, a, b, GTEST_FATAL_)
#define EXPECT_LE(a, b) GTEST_COMPARE_(compare_less_or_equal, a, b, GTEST_NONFATAL_)
#define ASSERT_LE(a, b) GTEST_COMPARE_(compare_less_or_equal, a, b, GTEST_FATAL_)
#define EXPECT_GT(a, b) GTEST_COMPARE_(compare_greater, a, b, GTEST_NONFATAL_)
#define ASSERT_GT(a, b) GTEST_COMPARE_(compare_greater, a, b, GTEST_FATAL_)
#define EXPECT_GE(a, b) GTEST_COMPARE_(compare_greater_or_equal, a, b, GTEST_NONFATAL_)
#define ASSERT_GE(a, b) GTEST_COMPARE_(compare_greater_or_equal, a, b, GTEST_FATAL_)

#define GTEST_COMPARE_TEXTS_(a, b, are_equal, on_failure) \
  GTEST_CHECK_(::testing::internal::compare_texts(#a, #b, a, b, are_equal), on_failure)
#define EXPECT_STREQ(a, b) GTEST_COMPARE_TEXTS_(a, b, true, GTEST_NONFATAL_)
#define ASSERT_STREQ(a, b) GTEST_COMPARE_TEXTS_(a, b, true, GTEST_FATAL_)
#define EXPECT_STRNE(a, b) GTEST_COMPARE_TEXTS_(a, b, false, GTEST_NONFATAL_)
#define ASSERT_STRNE(a, b) GTEST_COMPARE_TEXTS_(a, b, false, GTEST_FATAL_)

#define EXPECT_FLOAT_EQ(a, b) GTEST_COMPARE_(compare_floats, a, b, GTEST_NONFATAL_)
#define ASSERT_FLOAT_EQ(a, b) GTEST_COMPARE_(compare_floats, a, b, GTEST_FATAL_)
#define EXPECT_DOUBLE_EQ(a, b) GTEST_COMPARE_(compare_doubles, a, b, GTEST_NONFATAL_)
#define ASSERT_DOUBLE_EQ(a, b) GTEST_COMPARE_(compare_doubles, a, b, GTEST_FATAL_)
#define GTEST_COMPARE_NEAR_(a, b, error, on_failure) \
  GTEST_CHECK_(::testing::internal::compare_near(#a, #b, #error, a, b, error), on_failure)
#define EXPECT_NEAR(a, b, error) GTEST_COMPARE_NEAR_(a, b, error, GTEST_NONFATAL_)
#define ASSERT_NEAR(a, b, error) GTEST_COMPARE_NEAR_(a, b, error, GTEST_FATAL_)

#define SUCCEED() GTEST_MESSAGE_AT_(kSuccess, "Succeeded")
#define ADD_FAILURE() GTEST_NONFATAL_("Failed")
#define FAIL() GTEST_FATAL_("Failed")
#define GTEST_FAIL() FAIL()
#define GTEST_SKIP() return GTEST_MESSAGE_AT_(kSkip, "")

#define GTEST_CONCATENATION_(a, b) a##b
#define GTEST_NAME_HERE_(prefix, line) GTEST_CONCATENATION_(prefix, line)
#define SCOPED_TRACE(text) \
  const ::testing::ScopedTrace GTEST_NAME_HERE_(gtest_trace_, __LINE__)(__FILE__, __LINE__, (text))

#define GTEST_NO_FATAL_FAILURE_(statement, on_failure)                               \
  GTEST_ONE_STATEMENT_                                                               \
  if (const int gtest_fatal_before = ::testing::internal::fatal_failures(); true) {  \
    {                                                                                \
      statement;                                                                     \
    }                                                                                \
    if (::testing::internal::fatal_failures() != gtest_fatal_before) {               \
      goto GTEST_NAME_HERE_(gtest_fatal_at_, __LINE__);                              \
    }                                                                                \
  } else                                                                             \
    GTEST_NAME_HERE_(gtest_fatal_at_, __LINE__)                                      \
        : on_failure("Expected: " #statement                                         \
                     " doesn't generate new fatal failures in the current thread.\n" \
                     "  Actual: it does.")
#define EXPECT_NO_FATAL_FAILURE(statement) GTEST_NO_FATAL_FAILURE_(statement, GTEST_NONFATAL_)
#define ASSERT_NO_FATAL_FAILURE(statement) GTEST_NO_FATAL_FAILURE_(statement, GTEST_FATAL_)

// The statement is compiled and not run.
#define EXPECT_DEATH(statement, pattern)                                        \
  GTEST_ONE_STATEMENT_                                                          \
  if (!::testing::internal::skips_death_test(__FILE__, __LINE__, #statement)) { \
    static_cast<void>(pattern);                                                 \
    statement;                                                                  \
  } else                                                                        \
    ::testing::Message()
#define ASSERT_DEATH(statement, pattern) EXPECT_DEATH(statement, pattern)
#define EXPECT_DEATH_IF_SUPPORTED(statement, pattern) EXPECT_DEATH(statement, pattern)
#define ASSERT_DEATH_IF_SUPPORTED(statement, pattern) EXPECT_DEATH(statement, pattern)
