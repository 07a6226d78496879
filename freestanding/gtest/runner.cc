// Selects the tests, runs them, and says so in the words of the real one.

#include "freestanding/gtest/runner.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "freestanding/gtest/test.h"
#include "freestanding/platform.h"

namespace testing {
namespace internal {
namespace {

struct Suite {
  std::string name;
  std::vector<const Case*> cases;
};

struct Program {
  std::vector<Case> cases;
  std::vector<void (*)()> expansions;
  std::string filter = "*";
  bool only_lists = false;
};

Program& program() {
  static Program the_program;
  return the_program;
}

bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    return matches(name, pattern.substr(1)) || (!name.empty() && matches(name.substr(1), pattern));
  }
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
         matches(name.substr(1), pattern.substr(1));
}

bool matches_any(std::string_view name, std::string_view patterns) {
  for (;;) {
    const std::size_t colon = patterns.find(':');
    if (matches(name, patterns.substr(0, colon))) return true;
    if (colon == std::string_view::npos) return false;
    patterns.remove_prefix(colon + 1);
  }
}

std::string full_name(const Case& one) { return one.suite + "." + one.name; }

std::string named(const Case& one) {
  if (one.printed_parameter.empty()) return full_name(one);
  return full_name(one) + ", where GetParam() = " + one.printed_parameter;
}

bool is_disabled(const Case& one) {
  return one.suite.starts_with("DISABLED_") || one.suite.find("/DISABLED_") != std::string::npos ||
         one.name.starts_with("DISABLED_");
}

std::string milliseconds(std::uint64_t since) {
  const std::uint64_t now = Atoll::freestanding::platform_nanoseconds();
  return std::to_string((now - since) / 1'000'000) + " ms";
}

// A suite stands where the first of its tests does.
std::vector<Suite> selected(std::size_t& num_disabled) {
  std::vector<Suite> suites;
  for (const Case& one : program().cases) {
    if (!matches_filter(full_name(one), program().filter)) continue;
    if (is_disabled(one)) {
      ++num_disabled;
      continue;
    }
    const auto found = std::find_if(suites.begin(), suites.end(),
                                    [&](const Suite& suite) { return suite.name == one.suite; });
    if (found != suites.end())
      found->cases.push_back(&one);
    else
      suites.push_back({one.suite, {&one}});
  }
  return suites;
}

void list(const std::vector<Suite>& suites) {
  for (const Suite& suite : suites) {
    say(suite.name + ".\n");
    for (const Case* one : suite.cases) say("  " + one->name + "\n");
  }
}

struct Tally {
  std::vector<const Case*> failed;
  std::vector<const Case*> skipped;
  std::size_t passed = 0;
};

void run(const Case& one, Tally& tally) {
  const std::uint64_t begin = Atoll::freestanding::platform_nanoseconds();
  outcome() = {};
  say("[ RUN      ] " + full_name(one) + "\n");
  Test* const test = one.make(one.parameter);
  run_test(*test);
  delete test;
  const bool has_failed = outcome().has_failed();
  const bool is_skipped = !has_failed && outcome().is_skipped;
  if (has_failed)
    tally.failed.push_back(&one);
  else if (is_skipped)
    tally.skipped.push_back(&one);
  else
    ++tally.passed;
  say(has_failed ? "[  FAILED  ] " : (is_skipped ? "[  SKIPPED ] " : "[       OK ] "));
  say((has_failed ? named(one) : full_name(one)) + " (" + milliseconds(begin) + ")\n");
}

void run(const Suite& suite, Tally& tally) {
  const std::uint64_t begin = Atoll::freestanding::platform_nanoseconds();
  const std::string headline =
      "[----------] " + counted(suite.cases.size(), "test") + " from " + suite.name;
  say(headline + "\n");
  suite.cases.front()->set_up_suite();
  for (const Case* one : suite.cases) run(*one, tally);
  suite.cases.front()->tear_down_suite();
  say(headline + " (" + milliseconds(begin) + " total)\n\n");
}

void list_below(const char* label, const std::vector<const Case*>& cases) {
  if (cases.empty()) return;
  say(label + counted(cases.size(), "test") + ", listed below:\n");
  for (const Case* one : cases) say(label + named(*one) + "\n");
}

int run_all() {
  const std::uint64_t begin = Atoll::freestanding::platform_nanoseconds();
  for (void (*expand)() : program().expansions) expand();
  program().expansions.clear();

  std::size_t num_disabled = 0;
  const std::vector<Suite> suites = selected(num_disabled);
  if (program().only_lists) {
    list(suites);
    return 0;
  }
  std::size_t num_cases = 0;
  for (const Suite& suite : suites) num_cases += suite.cases.size();
  const std::string all =
      counted(num_cases, "test") + " from " + counted(suites.size(), "test suite");

  if (program().filter != "*") say("Note: Google Test filter = " + program().filter + "\n");
  say("[==========] Running " + all + ".\n");
  say("[----------] Global test environment set-up.\n");
  Tally tally;
  for (const Suite& suite : suites) run(suite, tally);
  say("[----------] Global test environment tear-down\n");
  say("[==========] " + all + " ran. (" + milliseconds(begin) + " total)\n");
  say("[  PASSED  ] " + counted(tally.passed, "test") + ".\n");
  list_below("[  SKIPPED ] ", tally.skipped);
  list_below("[  FAILED  ] ", tally.failed);
  if (!tally.failed.empty()) {
    const std::size_t count = tally.failed.size();
    say((count < 10 ? "\n " : "\n") + counted(count, "FAILED TEST") + "\n");
  }
  if (num_disabled != 0) {
    say(std::string(tally.failed.empty() ? "\n" : "") + "  YOU HAVE " +
        counted(num_disabled, "DISABLED TEST") + "\n\n");
  }
  if (num_cases == 0) say("No test ran.\n");
  return num_cases != 0 && tally.failed.empty() ? 0 : 1;
}

}  // namespace

bool add_case(const Case& added) {
  program().cases.push_back(added);
  return true;
}

bool add_expansion(void (*expand)()) {
  program().expansions.push_back(expand);
  return true;
}

bool matches_filter(const std::string& name, const std::string& filter) {
  const std::size_t minus = filter.find('-');
  const std::string wanted = filter.substr(0, minus);
  if (!matches_any(name, wanted.empty() ? "*" : wanted)) return false;
  return minus == std::string::npos || !matches_any(name, filter.substr(minus + 1));
}

std::string counted(std::size_t count, const char* what) {
  std::string text = std::to_string(count) + " " + what;
  const bool is_upper = text.back() >= 'A' && text.back() <= 'Z';
  if (count != 1) text += is_upper ? "S" : "s";
  return text;
}

}  // namespace internal

void internal::run_test(Test& test) {
  const auto may_go_on = [] { return outcome().fatal_failures == 0 && !outcome().is_skipped; };
  // A constructor may have failed.
  if (!may_go_on()) return;
  test.SetUp();
  if (may_go_on()) test.TestBody();
  test.TearDown();
}

void InitGoogleTest(int* argc, char** argv) {
  constexpr std::string_view kFilter = "--gtest_filter=";
  internal::Program& program = internal::program();
  if (const char* given = std::getenv("GTEST_FILTER"); given != nullptr) program.filter = given;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kFilter)) program.filter = argument.substr(kFilter.size());
    if (argument == "--gtest_list_tests") program.only_lists = true;
  }
}

}  // namespace testing

int RUN_ALL_TESTS() { return testing::internal::run_all(); }
