// The ports that the common flags name, or the error if they name none.
#pragma once

#include <string>
#include <vector>

#include "src/port/spec.h"
#include "tools/atoll/options.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

// "linux/arm64".
std::string port_name(const port::Port& port);

// "linux/arm64, Go 1.11, with the race detector".
std::string title_of(const port::Port& port);

// The keys go, goos, goarch and race, with which the documents of many commands begin.
Json json_of(const port::Port& port);

// The one port that --goos and --goarch name; throws UsageError if there is none.
port::PortSpec require_port(const Options& options, const std::string& command);

// The ports of `release` that the flags let through, in alphabetical order; may be empty.
std::vector<port::PortSpec> matching_ports(const Options& options, port::Release release);

// The same for the release of the flags; throws UsageError if there is none.
std::vector<port::PortSpec> require_ports(const Options& options);

// Throws the UsageError that says why `release` has no port that the flags let through.
[[noreturn]] void refuse_ports(const Options& options, port::Release release);

}  // namespace Atoll::tool
