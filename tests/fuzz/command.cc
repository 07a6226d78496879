// Calls the atoll command with any arguments, and a trace for it to read.
//
// The input has one argument in each line. What follows a zero byte is the trace, and an argument
// "@" becomes its path. The command that starts programs, verify, is left out.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.h"
#include "tools/atoll/cli.h"

namespace Atoll::test {
namespace {

// Takes the place of a standard stream, and remembers what is written to it.
class Captured {
 public:
  explicit Captured(std::FILE*& stream) : stream_(stream), before_(stream) {
    stream_ = open_memstream(&text_, &size_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  ~Captured() {
    restore();
    std::free(text_);
  }

  std::string_view text() {
    restore();
    return {text_, size_};
  }

 private:
  void restore() {
    if (stream_ == before_) return;
    std::fclose(stream_);
    stream_ = before_;
  }

  std::FILE*& stream_;
  std::FILE* before_;
  char* text_ = nullptr;
  std::size_t size_ = 0;
};

class TraceFile {
 public:
  explicit TraceFile(std::string_view text) : file_(memfd_create("trace", 0)) {
    if (write(file_, text.data(), text.size()) < 0) std::abort();
  }
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  ~TraceFile() { close(file_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

// Devices and pipes have no end.
bool is_left_out(const std::string& argument) {
  return argument == "verify" || argument == "-" || argument.starts_with("/");
}

std::vector<std::string> arguments_of(std::string_view text) {
  std::vector<std::string> arguments = {"atoll"};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return arguments;
}

bool wants_json(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--format=json") return true;
    if (arguments[i] == "--format" && i + 1 < arguments.size() && arguments[i + 1] == "json") {
      return true;
    }
  }
  return false;
}

// Several short flags may be one argument.
bool wants_text(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument.starts_with("-h") || argument.starts_with("--help") ||
           argument.starts_with("--version");
  });
}

// What docs/COMMAND.md says of every call.
std::string check_outcome(int code, std::string_view out, std::string_view err,
                          const std::vector<std::string>& arguments) {
  if (code == tool::kExitUsage) {
    if (!out.empty()) return "an error with an answer";
    const bool is_line = err.starts_with("atoll: ") && err.ends_with('\n');
    return is_line ? "" : "an error in other words: " + std::string(err);
  }
  if (code != tool::kExitOk && code != tool::kExitCheckFailed) {
    return "exit code " + std::to_string(code);
  }
  if (!err.empty()) return "an answer with an error: " + std::string(err);
  if (out.empty()) return "no answer";
  const bool is_json = wants_json(arguments) && !wants_text(arguments);
  return !is_json || nlohmann::json::accept(out) ? "" : "no JSON: " + std::string(out);
}

}  // namespace

std::string fuzz(FuzzInput input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const std::size_t end = std::min(text.find('\0'), text.size());
  const TraceFile trace(text.substr(std::min(end + 1, text.size())));
  std::vector<std::string> arguments = arguments_of(text.substr(0, end));
  if (std::any_of(arguments.begin(), arguments.end(), is_left_out)) return "";
  std::vector<const char*> argv;
  for (std::string& argument : arguments) {
    if (argument == "@") argument = trace.path();
    argv.push_back(argument.c_str());
  }
  Captured out(stdout);
  Captured err(stderr);
  const int code = tool::run_command_line(static_cast<int>(argv.size()), argv.data());
  return check_outcome(code, out.text(), err.text(), arguments);
}

}  // namespace Atoll::test
