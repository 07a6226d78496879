#include "tools/atoll/port_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

namespace Atoll::tool {
namespace {

std::span<const port::PortRow> rows_for(const Options& options) {
  return options.goos ? port::ports_with(*options.goos) : port::all_ports();
}

using port::Release;
using port::ReleaseRange;

// Releases that have a port (or its race detector) that the flags let through.
std::optional<ReleaseRange> releases_with(const Options& options) {
  std::optional<ReleaseRange> range;
  for (const port::PortRow& row : rows_for(options)) {
    if (options.goos.value_or(row.goos) != row.goos) continue;
    if (options.goarch.value_or(row.goarch) != row.goarch) continue;
    const std::optional<ReleaseRange> has = options.race ? row.race : row.releases;
    if (!has) continue;
    if (!range) range = has;
    range->first = std::min(range->first, has->first);
    range->last = std::max(range->last, has->last);
  }
  return range;
}

std::string when(const ReleaseRange& range, Release asked_for) {
  if (asked_for < range.first) return fmt::format("it appeared in {}", name(range.first));
  if (asked_for > range.last) return fmt::format("the last to have it was {}", name(range.last));
  return fmt::format("{} to {} had it", name(range.first), name(range.last));
}

std::string subject(const Options& options) {
  if (options.goos && options.goarch) {
    return fmt::format("{}/{}", name(*options.goos), name(*options.goarch));
  }
  if (options.goos) return fmt::format("GOOS {}", name(*options.goos));
  return fmt::format("GOARCH {}", name(*options.goarch));
}

}  // namespace

std::string port_name(const port::Port& port) {
  return fmt::format("{}/{}", name(port.goos), name(port.goarch));
}

std::string title_of(const port::Port& port) {
  return fmt::format("{}, Go {}{}", port_name(port), name(port.release),
                     port.race ? ", with the race detector" : "");
}

[[noreturn]] void refuse_ports(const Options& options, Release release) {
  // Without the race detector it must exist before it can lack one.
  Options plain = options;
  plain.race = false;
  const bool lacks_race = options.race && !matching_ports(plain, release).empty();
  const std::optional<ReleaseRange> range = releases_with(lacks_race ? options : plain);
  const std::string see =
      fmt::format("; see 'atoll ports --go {}{}'", name(release), lacks_race ? " --race" : "");

  const bool one_port = options.goos && options.goarch;
  const std::string what = lacks_race ? "has no race detector"
                           : one_port ? "is not a port"
                                      : "has no port";
  if (!range) {
    throw UsageError(fmt::format("{} {} {} any release from {} to {}{}", subject(options), what,
                                 lacks_race || !one_port ? "in" : "of", name(port::kFirstRelease),
                                 name(port::kLastRelease), see));
  }
  throw UsageError(fmt::format("{} {} {} release {} ({}){}", subject(options), what,
                               lacks_race || !one_port ? "in" : "of", name(release),
                               when(*range, release), see));
}

std::vector<port::PortSpec> matching_ports(const Options& options, Release release) {
  std::vector<port::PortSpec> specs;
  for (const port::PortRow& row : rows_for(options)) {
    if (options.goos.value_or(row.goos) != row.goos) continue;
    if (options.goarch.value_or(row.goarch) != row.goarch) continue;
    const port::PortLookup found = port::find_port(release, row.goos, row.goarch, options.race);
    if (found) specs.push_back(found.spec);
  }
  return specs;
}

std::vector<port::PortSpec> require_ports(const Options& options) {
  std::vector<port::PortSpec> specs = matching_ports(options, options.release());
  if (specs.empty()) refuse_ports(options, options.release());
  return specs;
}

Json json_of(const port::Port& port) {
  return {{"go", name(port.release)},
          {"goos", name(port.goos)},
          {"goarch", name(port.goarch)},
          {"race", port.race}};
}

port::PortSpec require_port(const Options& options, const std::string& command) {
  if (!options.goos || !options.goarch) {
    const char* missing = options.goos     ? "--goarch"
                          : options.goarch ? "--goos"
                                           : "--goos and --goarch";
    throw UsageError(fmt::format(
        "'{}' needs {}, as in 'atoll {} --goos linux --goarch amd64'; see 'atoll ports'", command,
        missing, command));
  }
  return require_ports(options).front();
}

}  // namespace Atoll::tool
