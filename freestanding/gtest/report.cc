// What assertions do to the test they are in.

#include "freestanding/gtest/assertions.h"
#include "freestanding/gtest/runner.h"
#include "freestanding/platform.h"

namespace testing {
namespace {

constinit internal::Outcome current;
constinit ScopedTrace* innermost_trace = nullptr;

std::string place(const char* file, int line) {
  return std::string(file) + ":" + std::to_string(line) + ": ";
}

}  // namespace

namespace internal {

Outcome& outcome() { return current; }

int fatal_failures() { return current.fatal_failures; }

void say(const std::string& text) { Atoll::freestanding::platform_write(text.data(), text.size()); }

void AssertHelper::operator=(const Message& message) const {
  const char* label = "Failure";
  switch (severity_) {
    case Severity::kSuccess:
      return;
    case Severity::kSkip:
      current.is_skipped = true;
      label = "Skipped";
      break;
    case Severity::kNonFatal:
      ++current.nonfatal_failures;
      break;
    case Severity::kFatal:
      ++current.fatal_failures;
      break;
  }
  std::string text = place(file_, line_) + label + "\n" + found_;
  if (!found_.empty() && !message.GetString().empty()) text += "\n";
  say(text + message.GetString() + ScopedTrace::all() + "\n");
}

bool skips_death_test(const char* file, int line, const char* statement) {
  current.is_skipped = true;
  say(place(file, line) + "Skipped\nNo death tests here: " + statement + "\n");
  return true;
}

namespace {

class Uninstantiated final : public Test {
  void TestBody() override { FAIL() << "a suite of TEST_P without INSTANTIATE_TEST_SUITE_P"; }
};

}  // namespace

Test* make_uninstantiated(const void*) { return new Uninstantiated; }

}  // namespace internal

ScopedTrace::ScopedTrace(const char* file, int line, std::string_view text)
    : file_(file), line_(line), text_(text), outer_(innermost_trace) {
  innermost_trace = this;
}

ScopedTrace::~ScopedTrace() { innermost_trace = outer_; }

std::string ScopedTrace::all() {
  std::string text;
  for (const ScopedTrace* t = innermost_trace; t != nullptr; t = t->outer_) {
    if (text.empty()) text = "\nGoogle Test trace:";
    text += "\n" + place(t->file_, t->line_) + t->text_;
  }
  return text;
}

bool Test::HasNonfatalFailure() { return current.nonfatal_failures != 0; }
bool Test::IsSkipped() { return current.is_skipped; }

void Test::RecordProperty(std::string_view key, std::string_view value) {
  internal::say(std::string(key) + ": " + std::string(value) + "\n");
}
void Test::RecordProperty(std::string_view key, long long value) {
  RecordProperty(key, std::to_string(value));
}

}  // namespace testing
