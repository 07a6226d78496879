// Runs a program of Go, and compares its heap's start with the port model.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tools/atoll/observe/identify.h"
#include "tools/atoll/options.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

struct ObserveOptions {
  std::chrono::seconds time{10};
  std::optional<std::uint64_t> resident_bytes;  // none: half of this machine's memory
  bool to_end = false;
  std::optional<std::string> target;   // run it as this target's programs are run, under QEMU
  std::optional<std::string> targets;  // the list of targets
  bool anyway = false;                 // start programs that are not Go's, too
};

// `command` is a path and its arguments; `note` says what is special about the program, if
// anything. Throws UsageError if it must not or cannot be run.
Report observe_program(const std::vector<std::string>& command, const observe::Identity& identity,
                       const std::string& note, const Options& options, const ObserveOptions& how);

}  // namespace Atoll::tool
