// Tests that are run for every value of a list.
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "freestanding/gtest/print.h"
#include "freestanding/gtest/test.h"

namespace testing {

template <class T>
struct TestParamInfo {
  T param;
  std::size_t index;
};

template <class T>
class WithParamInterface {
 public:
  using ParamType = T;

  static const T& GetParam() { return *parameter_; }
  static void SetParam(const T* parameter) { parameter_ = parameter; }

 protected:
  ~WithParamInterface() = default;

 private:
  static inline constinit const T* parameter_ = nullptr;
};

template <class T>
class TestWithParam : public Test, public WithParamInterface<T> {};

// --- Lists of values: each calls `use` with them, one by one. ---

namespace internal {

template <class T>
class ListOfValues {
 public:
  template <class Iterator>
  ListOfValues(Iterator first, Iterator last) : values_(first, last) {}
  template <class Use>
  void for_each(Use use) const {
    for (const auto& value : values_) use(static_cast<T>(value));
  }

 private:
  std::vector<T> values_;
};

template <class... T>
class TupleOfValues {
 public:
  explicit TupleOfValues(T... values) : values_(std::move(values)...) {}
  template <class Use>
  void for_each(Use use) const {
    std::apply([&](const auto&... values) { (use(values), ...); }, values_);
  }

 private:
  std::tuple<T...> values_;
};

template <class First, class... Rest>
void for_each_combination(const auto& use, const First& first, const Rest&... rest) {
  first.for_each([&](const auto& value) {
    if constexpr (sizeof...(rest) == 0) {
      use(std::make_tuple(value));
    } else {
      for_each_combination(
          [&](const auto& others) { use(std::tuple_cat(std::make_tuple(value), others)); },
          rest...);
    }
  });
}

template <class... Lists>
class Combinations {
 public:
  explicit Combinations(Lists... lists) : lists_(std::move(lists)...) {}
  template <class Use>
  void for_each(Use use) const {
    std::apply([&](const auto&... lists) { for_each_combination(use, lists...); }, lists_);
  }

 private:
  std::tuple<Lists...> lists_;
};

}  // namespace internal

template <class Iterator>
auto ValuesIn(Iterator first, Iterator last) {
  return internal::ListOfValues<typename std::iterator_traits<Iterator>::value_type>(first, last);
}
template <class Container>
auto ValuesIn(const Container& container) {
  return ValuesIn(std::begin(container), std::end(container));
}
template <class... T>
auto Values(T... values) {
  return internal::TupleOfValues<T...>(std::move(values)...);
}
inline auto Bool() { return Values(false, true); }
template <class T, class Step = int>
auto Range(T first, T end, Step step = 1) {
  std::vector<T> values;
  for (T value = first; value < end; value = static_cast<T>(value + step)) values.push_back(value);
  return ValuesIn(values);
}
template <class... Lists>
auto Combine(Lists... lists) {
  return internal::Combinations<Lists...>(std::move(lists)...);
}

// --- Suites: their tests times their lists. ---

namespace internal {

// Fails: a suite without a list.
Test* make_uninstantiated(const void*);

template <class Fixture>
class SuiteOf {
 public:
  using Parameter = typename Fixture::ParamType;

  static SuiteOf& get() {
    static SuiteOf suite;
    return suite;
  }

  template <class T>
  bool add_test(const char* suite, const char* name, const char* file, int line) {
    name_ = suite;
    tests_.push_back({name, file, line, [](const void* parameter) -> Test* {
                        Fixture::SetParam(static_cast<const Parameter*>(parameter));
                        return new T;
                      }});
    return true;
  }

  // `instantiate(use)` calls use(list) or use(list, name_of).
  template <class Instantiate>
  bool add_list(const char* prefix, Instantiate) {
    lists_.push_back({prefix, [](std::vector<Value>& values) {
                        Instantiate()([&values](const auto& list, auto... name_of) {
                          list.for_each([&](const auto& value) {
                            add_value(static_cast<Parameter>(value), values, name_of...);
                          });
                        });
                      }});
    return true;
  }

 private:
  struct TestOf {
    const char* name;
    const char* file;
    int line;
    Test* (*make)(const void*);
  };
  struct Value {
    Parameter value;
    std::string name;
  };
  struct List {
    const char* prefix;
    void (*generate)(std::vector<Value>& values);
    std::vector<Value> values = {};  // looked at by the tests
  };

  SuiteOf() {
    add_expansion([] { get().expand(); });
  }

  static void add_value(Parameter value, std::vector<Value>& values) {
    values.push_back({std::move(value), std::to_string(values.size())});
  }
  template <class NameOf>
  static void add_value(Parameter value, std::vector<Value>& values, NameOf name_of) {
    const TestParamInfo<Parameter> info{value, values.size()};
    values.push_back({std::move(value), name_of(info)});
  }

  void expand() {
    for (List& list : lists_) list.generate(list.values);
    for (const TestOf& test : tests_) {
      Case added;
      added.suite = name_;
      added.name = test.name;
      added.file = test.file;
      added.line = test.line;
      added.make = make_uninstantiated;
      added.set_up_suite = SuiteFunctions<Fixture>::set_up;
      added.tear_down_suite = SuiteFunctions<Fixture>::tear_down;
      if (lists_.empty()) add_case(added);
      for (const List& list : lists_) {
        added.suite = std::string(list.prefix) + (*list.prefix == '\0' ? "" : "/") + name_;
        added.make = test.make;
        for (const Value& value : list.values) {
          added.name = std::string(test.name) + "/" + value.name;
          added.parameter = &value.value;
          added.printed_parameter = PrintToString(value.value);
          add_case(added);
        }
      }
    }
  }

  const char* name_ = "";
  std::vector<TestOf> tests_;
  std::vector<List> lists_;
};

}  // namespace internal
}  // namespace testing

#define TEST_P(fixture, name)                                                                \
  GTEST_DEFINE_CLASS_(fixture, name, fixture)                                                \
  const bool GTEST_CLASS_OF_(fixture, name)::is_added_ =                                     \
      ::testing::internal::SuiteOf<fixture>::get().add_test<GTEST_CLASS_OF_(fixture, name)>( \
          #fixture, #name, __FILE__, __LINE__);                                              \
  void GTEST_CLASS_OF_(fixture, name)::TestBody()

#define INSTANTIATE_TEST_SUITE_P(prefix, fixture, ...)                       \
  [[maybe_unused]] static const bool gtest_##prefix##_##fixture##_is_added = \
      ::testing::internal::SuiteOf<fixture>::get().add_list(#prefix,         \
                                                            [](auto use) { use(__VA_ARGS__); })

// A suite that may have no list.
#define GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(fixture) \
  INSTANTIATE_TEST_SUITE_P(NoValues, fixture, ::testing::Values())
