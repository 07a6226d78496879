// The flags that every command has.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/port/names.h"
#include "src/port/release.h"
#include "tools/atoll/report.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace Atoll::tool {

// An error in the command line: one line that says what to write instead.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Options {
  std::vector<port::Release> releases;  // as given; empty if none was
  std::optional<port::Goos> goos;
  std::optional<port::Goarch> goarch;
  bool race = false;
  Format format = Format::kTable;
  std::vector<std::string> words;  // behind "--", of a command that takes such words

  port::Release release() const {
    return releases.empty() ? port::kDefaultRelease : releases.front();
  }
};

// A flag with a value. `value()` refuses a flag that is given twice.
class ValueFlag {
 public:
  ValueFlag(CLI::App& app, const std::string& name, const std::string& type,
            const std::string& description);

  std::optional<std::string> value() const;
  std::vector<std::string> values() const;

 private:
  std::string name_;
  CLI::Option* option_;  // belongs to the app
};

// Any number of words behind the command that belong to no flag.
class ListFlag {
 public:
  ListFlag(CLI::App& app, const std::string& name, const std::string& type,
           const std::string& description);

  std::vector<std::string> values() const;

 private:
  CLI::Option* option_;  // belongs to the app
};

// A flag without a value.
class SwitchFlag {
 public:
  SwitchFlag(CLI::App& app, const std::string& name, const std::string& description);

  bool is_set() const;

 private:
  CLI::Option* option_;  // belongs to the app
};

// Declares the common flags on a command, and reads them once the command line is parsed.
class CommonFlags {
 public:
  explicit CommonFlags(CLI::App& app, std::size_t max_releases = 1);

  Options read() const;  // throws UsageError

 private:
  std::size_t max_releases_;
  ValueFlag go_;
  ValueFlag goos_;
  ValueFlag goarch_;
  SwitchFlag race_;
  ValueFlag format_;
};

}  // namespace Atoll::tool
