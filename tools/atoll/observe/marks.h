// What stands anywhere in a program of Go: one pass over the whole file finds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/atoll/observe/image.h"

namespace Atoll::observe {

// "go1.26.5" somewhere in what is loaded.
struct VersionText {
  std::uint64_t offset = 0;
  std::string text;
  bool is_terminated = false;  // a NUL follows
};

// The releases 1.N whose linker writes a line table of this kind.
struct LineTable {
  unsigned first = 0;
  std::optional<unsigned> last;
};

struct Marks {
  std::vector<std::uint64_t> build_infos;  // offsets of what may be build information
  std::vector<VersionText> versions;
  std::optional<LineTable> line_table;
  std::optional<port::Goos> goos;  // where the runtime's source files tell more than headers do
  bool has_build_id = false;
  bool has_race_detector = false;
  bool is_gccgo = false;
  bool is_tinygo = false;
  bool is_packed = false;  // by UPX
};

Marks find_marks(const Source& source, const Image& image);

}  // namespace Atoll::observe
