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
  int exit_code = 0;  // 128 + the signal, as a shell tells it
  bool timed_out = false;
  std::string output;
  std::string errors;
};

// Runs `command` (a path and its arguments) with standard input closed, in a process group of its
// own. It and all it started are ended after `limit`, or when the user presses Ctrl-C (then throws
// Interrupted). `environment` holds "NAME=VALUE" that are added to this program's own.
//
// While it runs, SIGINT and SIGTERM are this function's: one call at a time in a process.
ChildResult run_child(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment, std::chrono::seconds limit);

}  // namespace Atoll::tool
