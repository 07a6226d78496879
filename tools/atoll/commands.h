// The table of commands.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/atoll/options.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

// A command declares its own flags beside the common ones, and turns them into a report. It prints
// nothing itself.
class Command {
 public:
  virtual ~Command() = default;

  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  virtual std::string example() const = 0;  // the arguments of one call

  // How often --go may be given.
  virtual std::size_t max_releases() const { return 1; }

  // Whether words behind "--" are another program's, and are not looked at.
  virtual bool takes_words() const { return false; }

  virtual void add_flags(CLI::App&) {}

  virtual Report run(const Options& options) = 0;  // throws UsageError
};

// Every command, in the order of the help. A new one is a file and a line in commands.cc.
std::vector<std::unique_ptr<Command>> make_commands();

}  // namespace Atoll::tool
