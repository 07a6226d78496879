// What a program's heap did at its start, compared with what its release's sources say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/port/port.h"
#include "tools/atoll/check.h"
#include "tools/atoll/observe/watch/calls.h"

namespace Atoll::observe {

// Where the program ran.
struct Machine {
  std::uint64_t page_size = 4096;
  std::optional<std::uint64_t> address_space;  // ulimit -v, in bytes; none: no limit, or not known
};

struct Comparison {
  std::vector<tool::Check> checks;
  std::vector<std::string> notes;
  std::optional<std::uint64_t> first_arena;
  std::optional<std::size_t> hint_index;  // in the order of the model; none: no hint was honoured
  std::size_t hints_tried = 0;
  std::optional<std::uint64_t> seed;  // of a random base, as far as it shows

  bool agrees() const;
};

Comparison compare(const port::PortSpec& spec, const Watched& watched, const Machine& machine);

}  // namespace Atoll::observe
