// What `go build` writes into a program: the release, and the settings of the build.
#pragma once

#include <optional>
#include <string>

#include "tools/atoll/observe/image.h"

namespace Atoll::observe {

struct BuildInfo {
  std::string version;  // "go1.19.8", "devel go1.27-..."
  // Settings are there from 1.18 on.
  std::optional<port::Goos> goos;
  std::optional<port::Goarch> goarch;
  std::optional<bool> race;
  std::string compiler;
  std::string build_mode;
};

// The build information at an offset where its mark is; none if it does not hold a version.
std::optional<BuildInfo> read_build_info(const Source& source, const Image& image,
                                         std::uint64_t offset);

}  // namespace Atoll::observe
