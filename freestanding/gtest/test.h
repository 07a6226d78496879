// Tests, fixtures, and the list of them.
#pragma once

#include <string>
#include <string_view>

namespace testing {

class Test;

namespace internal {

// Up, body and down; what comes after a fatal failure or a skip is left out, but for the last.
void run_test(Test& test);

int fatal_failures();

}  // namespace internal

class Test {
 public:
  Test(const Test&) = delete;
  Test& operator=(const Test&) = delete;
  virtual ~Test() = default;

  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}

  // Of the test that runs now.
  static bool HasFatalFailure() { return internal::fatal_failures() != 0; }
  static bool HasNonfatalFailure();
  static bool HasFailure() { return HasFatalFailure() || HasNonfatalFailure(); }
  static bool IsSkipped();
  // Printed.
  static void RecordProperty(std::string_view key, std::string_view value);
  static void RecordProperty(std::string_view key, long long value);

 protected:
  Test() = default;
  virtual void SetUp() {}
  virtual void TearDown() {}

 private:
  friend void internal::run_test(Test& test);

  virtual void TestBody() = 0;
};

namespace internal {

struct Case {
  std::string suite;
  std::string name;
  const char* file = nullptr;
  int line = 0;
  Test* (*make)(const void* parameter) = nullptr;
  const void* parameter = nullptr;
  std::string printed_parameter;  // empty: none
  void (*set_up_suite)() = nullptr;
  void (*tear_down_suite)() = nullptr;
};

// Both return true: they are called to initialise a variable.
bool add_case(const Case& added);
// Adds its cases when the program's static objects are all made.
bool add_expansion(void (*expand)());

// Those of a fixture, which may keep them to its tests.
template <class T>
struct SuiteFunctions : T {
  static void set_up() { T::SetUpTestSuite(); }
  static void tear_down() { T::TearDownTestSuite(); }
};

template <class T>
Test* make_test(const void*) {
  return new T;
}

template <class T>
bool add_test(const char* suite, const char* name, const char* file, int line) {
  return add_case({suite, name, file, line, make_test<T>, nullptr, "", SuiteFunctions<T>::set_up,
                   SuiteFunctions<T>::tear_down});
}

}  // namespace internal

// Takes the options it knows: --gtest_filter=, --gtest_list_tests.
void InitGoogleTest(int* argc, char** argv);

}  // namespace testing

// 0 if tests were run and none failed.
[[nodiscard]] int RUN_ALL_TESTS();

#define GTEST_CLASS_OF_(suite, name) suite##_##name##_Test

#define GTEST_DEFINE_CLASS_(suite, name, parent)       \
  class GTEST_CLASS_OF_(suite, name) : public parent { \
   private:                                            \
    void TestBody() override;                          \
    [[maybe_unused]] static const bool is_added_;      \
  };

#define GTEST_DEFINE_TEST_(suite, name, parent)                                            \
  GTEST_DEFINE_CLASS_(suite, name, parent)                                                 \
  const bool GTEST_CLASS_OF_(suite, name)::is_added_ =                                     \
      ::testing::internal::add_test<GTEST_CLASS_OF_(suite, name)>(#suite, #name, __FILE__, \
                                                                  __LINE__);               \
  void GTEST_CLASS_OF_(suite, name)::TestBody()

#define TEST(suite, name) GTEST_DEFINE_TEST_(suite, name, ::testing::Test)
#define TEST_F(fixture, name) GTEST_DEFINE_TEST_(fixture, name, fixture)
