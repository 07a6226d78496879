// The facts about a port, under the names that Go's sources use. One list serves every command.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "src/port/spec.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {

enum class Unit { kPlain, kBytes };

struct PortKey {
  std::string_view name;
  std::string_view meaning;
  Json (*value)(const port::PortSpec&);  // null where the port has none
  Unit unit = Unit::kPlain;
  // A key depends on the release alone, so that all ports of a release have the same keys.
  port::ReleaseRange releases = {port::kFirstRelease, port::kLastRelease};
};

std::span<const PortKey> all_port_keys();

// The object that `ports` and `port` print.
Json port_json(const port::PortSpec& spec);

// A value for people: "64 MiB", "yes", "-".
std::string shown_value(const PortKey& key, const Json& value);

}  // namespace Atoll::tool
