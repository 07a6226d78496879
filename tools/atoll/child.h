// Runs another program and reads what it prints.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace Atoll::tool {

// The user pressed Ctrl-C.
class Interrupted : public std::exception {};

struct ChildResult {
  int exit_code = 0;  // as a shell has it: after a signal, 128 + its number
  bool timed_out = false;
  std::string output;
  std::string errors;
};

// Runs `command` (a path and its arguments) with standard input closed, in a process group of its
// own. Ends the whole group after `limit`, or when the user presses Ctrl-C; then it throws
// Interrupted. `environment` has entries "NAME=VALUE", which are added to this program's own.
//
// While it runs it handles SIGINT and SIGTERM, so a process may have only one call at a time.
ChildResult run_child(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment, std::chrono::seconds limit);

}  // namespace Atoll::tool
