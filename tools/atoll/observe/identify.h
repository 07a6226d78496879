// Which port and release of Go an executable file is for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/port/release.h"
#include "tools/atoll/observe/marks.h"

namespace Atoll::observe {

enum class Compiler : std::uint8_t { kNone, kGc, kGccgo, kTinygo };

std::string_view name(Compiler compiler);  // "gc"; empty: it is no program of Go

struct Identity {
  std::string format;
  std::optional<unsigned> part;  // of a fat file, from 1 on
  std::optional<port::Goos> goos;
  std::optional<port::Goarch> goarch;
  Compiler compiler = Compiler::kNone;
  std::string version;       // as it stands in the file: "go1.26.5"
  std::string version_from;  // "build information", "producers" or "text"
  std::optional<LineTable> line_table;
  std::optional<bool> race;  // none if that is not known
  std::optional<bool> is_static;
  std::optional<bool> is_pie;
  std::optional<bool> is_stripped;
  bool is_library = false;
  bool is_packed = false;
};

// One for each part of a fat file, and one for any other. Throws BadFile.
std::vector<Identity> identify(const Source& source);

// The release 1.N of a version, as far as the model has it.
std::optional<port::Release> release_of(const std::string& version);

}  // namespace Atoll::observe
