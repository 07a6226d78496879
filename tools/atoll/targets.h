// The targets that were built, and how programs of each are run here.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/port/names.h"
#include "tools/atoll/child.h"

namespace Atoll::tool {

struct Target {
  std::string name;
  std::string port;
  std::string kind;
  std::string argument;
  std::string program;
  std::string runner;
  std::string host;  // the runner's own host program, if it has one
  std::string tools;
  std::string missing;
  std::string note;

  bool has_port() const;
  port::Goos goos() const;
  port::Goarch goarch() const;
};

// The folder that paths in the list start from.
std::filesystem::path workspace();

// Reads the list that the build writes, or the one that is given. Throws UsageError.
std::vector<Target> read_targets(const std::optional<std::string>& list);

class Runner {
 public:
  Runner(const Target& target, std::filesystem::path root)
      : target_(target), root_(std::move(root)) {}

  // "QEMU user 10.0.13".
  std::string how() const;

  // The target's own program, or another one.
  ChildResult run(const std::vector<std::string>& environment,
                  const std::vector<std::string>& arguments, std::chrono::seconds limit) const;
  ChildResult run_program(const std::vector<std::string>& environment,
                          const std::vector<std::string>& command,
                          std::chrono::seconds limit) const;

 private:
  const Target& target_;
  std::filesystem::path root_;
};

}  // namespace Atoll::tool
