// Messages, and what an assertion found.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace testing {

// Text that is put together with <<, as the explanation of a failure is.
class Message {
 public:
  Message() = default;
  Message(const Message& other) { out_.str(other.GetString()); }
  Message& operator=(const Message&) = delete;

  template <class T>
  Message& operator<<(const T& value) {
    if constexpr (std::is_pointer_v<T>) {
      if (value == nullptr) {
        out_ << "(null)";
        return *this;
      }
    }
    out_ << value;
    return *this;
  }
  Message& operator<<(bool value) {
    out_ << (value ? "true" : "false");
    return *this;
  }

  const std::string& GetString() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

inline std::ostream& operator<<(std::ostream& out, const Message& message) {
  return out << message.GetString();
}

class AssertionResult {
 public:
  // From what an if statement would take.
  template <class T>
    requires(!std::is_convertible_v<T, AssertionResult>)
  explicit AssertionResult(const T& success) : success_(success) {}
  AssertionResult(const AssertionResult&) = default;
  AssertionResult& operator=(const AssertionResult&) = default;

  explicit operator bool() const { return success_; }
  AssertionResult operator!() const {
    AssertionResult negation(!success_);
    negation.message_ = message_;
    return negation;
  }
  const char* message() const { return message_.c_str(); }

  template <class T>
  AssertionResult& operator<<(const T& value) {
    message_ += (Message() << value).GetString();
    return *this;
  }

 private:
  bool success_;
  std::string message_;
};

inline AssertionResult AssertionSuccess() { return AssertionResult(true); }
inline AssertionResult AssertionFailure() { return AssertionResult(false); }
inline AssertionResult AssertionFailure(const Message& message) {
  return AssertionFailure() << message.GetString();
}

namespace internal {

enum class Severity { kSuccess, kSkip, kNonFatal, kFatal };

// Reports what is assigned to it.
class AssertHelper {
 public:
  AssertHelper(Severity severity, const char* file, int line, std::string found)
      : severity_(severity), file_(file), line_(line), found_(std::move(found)) {}
  void operator=(const Message& message) const;
  AssertHelper(const AssertHelper&) = delete;

 private:
  Severity severity_;
  const char* file_;
  int line_;
  std::string found_;
};

}  // namespace internal

// What is told with every failure while this lives.
class ScopedTrace {
 public:
  template <class T>
  ScopedTrace(const char* file, int line, const T& text)
      : ScopedTrace(file, line, std::string_view((Message() << text).GetString())) {}
  ScopedTrace(const char* file, int line, std::string_view text);
  ScopedTrace(const ScopedTrace&) = delete;
  ScopedTrace& operator=(const ScopedTrace&) = delete;
  ~ScopedTrace();

  // Of this scope and those around it, innermost first.
  static std::string all();

 private:
  const char* file_;
  int line_;
  std::string text_;
  ScopedTrace* outer_;
};

}  // namespace testing
