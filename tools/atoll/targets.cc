#include "tools/atoll/targets.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tools/atoll/options.h"

namespace Atoll::tool {
namespace {

constexpr const char* kDefaultList = "bazel-bin/tools/probe/targets.tsv";
constexpr std::chrono::seconds kDescribeLimit{120};

// A port is named GOOS_GOARCH. Go has none without an operating system.
constexpr const char* kNoPort = "-";

auto goos_of(const std::string& port) { return port::parse_goos(port.substr(0, port.find('_'))); }

auto goarch_of(const std::string& port) {
  const std::size_t underscore = port.find('_');
  return port::parse_goarch(underscore == std::string::npos ? "" : port.substr(underscore + 1));
}

}  // namespace

bool Target::has_port() const { return port != kNoPort; }
port::Goos Target::goos() const { return *goos_of(port); }
port::Goarch Target::goarch() const { return *goarch_of(port); }

// `bazel run` starts programs elsewhere, and says where the user is.
std::filesystem::path workspace() {
  const char* directory = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return directory == nullptr ? std::filesystem::current_path() : std::filesystem::path(directory);
}

std::vector<Target> read_targets(const std::optional<std::string>& list) {
  const std::filesystem::path path =
      list ? std::filesystem::path(*list) : workspace() / kDefaultList;
  std::ifstream file(path);
  if (!file) {
    throw UsageError(fmt::format(
        "cannot read {}; 'tools/verify --all' builds every target and writes it", path.string()));
  }
  std::vector<Target> targets;
  std::string line;
  while (std::getline(file, line)) {
    std::array<std::string, 10> fields;
    std::istringstream stream(line);
    for (std::string& field : fields) std::getline(stream, field, '\t');
    const auto& [name, port, kind, argument, program, runner, host, tools, missing, note] = fields;
    const bool is_port = port == kNoPort || (goos_of(port) && goarch_of(port));
    if (!is_port || (program.empty() && missing.empty())) {
      throw UsageError(fmt::format("{} is not a list of targets: '{}'", path.string(), line));
    }
    targets.push_back({name, port, kind, argument, program, runner, host, tools, missing, note});
  }
  return targets;
}

std::string Runner::how() const {
  const ChildResult result = run({"ATOLL_DESCRIBE_RUNNER=1"}, {}, kDescribeLimit);
  return result.output.substr(0, result.output.find('\n'));
}

ChildResult Runner::run(const std::vector<std::string>& environment,
                        const std::vector<std::string>& arguments,
                        std::chrono::seconds limit) const {
  std::vector<std::string> command = {(root_ / target_.program).string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(environment, command, limit);
}

ChildResult Runner::run_program(const std::vector<std::string>& environment,
                                const std::vector<std::string>& command,
                                std::chrono::seconds limit) const {
  std::vector<std::string> all = {"/bin/bash", (root_ / target_.runner).string(), target_.kind,
                                  target_.argument};
  all.insert(all.end(), command.begin(), command.end());
  std::vector<std::string> variables = {"ATOLL_TOOLS=" + target_.tools};
  if (!target_.host.empty()) variables.push_back("ATOLL_HOST=" + (root_ / target_.host).string());
  variables.insert(variables.end(), environment.begin(), environment.end());
  return run_child(all, variables, limit);
}

}  // namespace Atoll::tool
