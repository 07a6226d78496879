// What `atoll verify --all` found on one target.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/port/ports.h"
#include "tools/atoll/findings.h"

namespace Atoll::tool {

struct TargetResult {
  std::string target;
  std::string how;                 // what ran it; empty: nothing did
  std::optional<bool> ok;          // empty: it was not run
  std::optional<port::Port> port;  // empty: a machine without an operating system
  Findings findings;
  std::vector<std::string> notes;
};

// "agrees", "DISAGREES" or "not run".
inline std::string verdict_of(const TargetResult& result) {
  if (!result.ok) return "not run";
  return *result.ok ? "agrees" : "DISAGREES";
}

}  // namespace Atoll::tool
