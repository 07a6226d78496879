// `atoll verify --all`: the probe of every target, under that target's runner, in one table.
#pragma once

#include <optional>
#include <string>

#include "tools/atoll/options.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

// `targets` is the list that the build writes (//tools/probe:targets): one line for each target,
// with tabs between name, port ("-": none), kind and argument of the runner, the probe's path, the
// runner's path, its host program's path, the folder of tools, what is missing on this machine, and
// a note (the last field may be left out). Without it, the command uses the list of
// the last build in this workspace. Paths are relative to the workspace.
//
// `page` is a file for the results as HTML (verify_page.h); with a relative path, from where the
// user called the command.
//
// Throws UsageError if there is no such list or the page cannot be written, and Interrupted.
Report verify_all(const Options& options, const std::optional<std::string>& targets,
                  const std::optional<std::string>& page);

}  // namespace Atoll::tool
