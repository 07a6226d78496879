#include "tools/atoll/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/port/port.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/port_group.h"
#include "tools/atoll/port_keys.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using port::Port;
using port::PortSpec;
using port::Release;
using port::SizeClass;

constexpr std::size_t kLineWidth = 110;
constexpr std::size_t kMinPortsWidth = 40;  // of the table's last column

struct Change {
  Port port;
  const PortKey* key;
  Json from;
  Json to;
};

struct Difference {
  Release from = port::kDefaultRelease;
  Release to = port::kDefaultRelease;
  bool race = false;
  std::vector<Port> added;
  std::vector<Port> removed;
  std::vector<Port> race_added;
  std::vector<Port> race_removed;
  std::vector<Port> common;
  std::vector<Change> changes;  // by key, then by port
  Json classes;
};

Json value_of(const PortKey& key, const PortSpec& spec) {
  return key.releases.contains(spec.release) ? key.value(spec) : Json();
}

const PortSpec* find(const std::vector<PortSpec>& specs, const Port& wanted) {
  for (const PortSpec& spec : specs) {
    if (spec.is(wanted.goos, wanted.goarch)) return &spec;
  }
  return nullptr;
}

void compare_ports(const std::vector<PortSpec>& from, const std::vector<PortSpec>& to,
                   Difference& result) {
  for (const PortSpec& spec : to) {
    if (find(from, spec) == nullptr) result.added.push_back(spec);
  }
  for (const PortSpec& spec : from) {
    if (find(to, spec) == nullptr) {
      result.removed.push_back(spec);
    } else {
      result.common.push_back(spec);
    }
  }
  for (const PortKey& key : all_port_keys()) {
    if (key.name == "go") continue;
    for (const Port& port : result.common) {
      Json before = value_of(key, *find(from, port));
      Json after = value_of(key, *find(to, port));
      if (before != after) {
        result.changes.push_back({port, &key, std::move(before), std::move(after)});
      }
    }
  }
}

void compare_race(Difference& result) {
  if (result.race) return;  // the ports that are compared are the race detector's already
  for (const Port& port : result.common) {
    const bool before = has_race(result.from, port.goos, port.goarch);
    const bool after = has_race(result.to, port.goos, port.goarch);
    if (after && !before) result.race_added.push_back(port);
    if (before && !after) result.race_removed.push_back(port);
  }
}

// Classes of `a` that `b` does not have.
Json classes_only_in(const port::SizeClassTable& a, const port::SizeClassTable& b) {
  Json list = Json::array();
  for (unsigned i = 1; i < a.count; ++i) {
    const SizeClass& size_class = a.classes[i];
    const auto* const found = std::ranges::find_if(b.classes, [&](const SizeClass& other) {
      return other.size == size_class.size && other.npages == size_class.npages;
    });
    if (found != b.classes.end()) continue;
    list.push_back({{"class", i},
                    {"size", size_class.size},
                    {"npages", size_class.npages},
                    {"objects", size_class.objects}});
  }
  return list;
}

Json compare_classes(Release from, Release to) {
  const port::SizeClassTable& before = port::size_classes(from);
  const port::SizeClassTable& after = port::size_classes(to);
  return {{"from", before.count},
          {"to", after.count},
          {"inserted", classes_only_in(after, before)},
          {"removed", classes_only_in(before, after)},
          {"divmagicChanged", port::div_magic(from) != port::div_magic(to)}};
}

Json port_object(const Port& port, bool with_race) {
  Json object = {{"goos", port::name(port.goos)}, {"goarch", port::name(port.goarch)}};
  if (with_race) object["race"] = port.race;
  return object;
}

Json port_list(const std::vector<Port>& ports, bool with_race) {
  Json list = Json::array();
  for (const Port& port : ports) list.push_back(port_object(port, with_race));
  return list;
}

Json document_of(const Difference& difference) {
  Json document = {{"go", port::name(difference.to)},
                   {"from", port::name(difference.from)},
                   {"to", port::name(difference.to)},
                   {"added", port_list(difference.added, true)},
                   {"removed", port_list(difference.removed, true)}};
  if (!difference.race) {
    document["raceAdded"] = port_list(difference.race_added, false);
    document["raceRemoved"] = port_list(difference.race_removed, false);
  }
  Json changed = Json::array();
  for (const Change& change : difference.changes) {
    Json object = port_object(change.port, true);
    object["key"] = change.key->name;
    object["from"] = change.from;
    object["to"] = change.to;
    changed.push_back(std::move(object));
  }
  document["changed"] = std::move(changed);
  document["classes"] = difference.classes;
  return document;
}

// One row for each thing that changed.
Table exact_rows(const Json& document) {
  Table table;
  table.columns = {{"change"}, {"goos"}, {"goarch"}, {"race"}, {"key"}, {"from"}, {"to"}};
  const auto cell = [](const Json& object, const char* key) {
    return object.contains(key) ? plain_text(object[key]) : std::string();
  };
  for (const char* list : {"added", "removed", "raceAdded", "raceRemoved", "changed"}) {
    if (!document.contains(list)) continue;
    for (const Json& object : document[list]) {
      table.rows.push_back({list, cell(object, "goos"), cell(object, "goarch"),
                            cell(object, "race"), cell(object, "key"), cell(object, "from"),
                            cell(object, "to")});
    }
  }
  const Json& classes = document["classes"];
  for (const Json& object : classes["inserted"]) {
    table.rows.push_back({"classInserted", "", "", "", "size", "", plain_text(object["size"])});
  }
  for (const Json& object : classes["removed"]) {
    table.rows.push_back({"classRemoved", "", "", "", "size", plain_text(object["size"]), ""});
  }
  if (classes["divmagicChanged"].get<bool>()) {
    table.rows.push_back({"divmagicChanged", "", "", "", "", "", ""});
  }
  return table;
}

// Ports that changed alike share a row.
Table grouped_changes(const Difference& difference) {
  struct Group {
    std::vector<std::string> cells;  // key, from, to
    std::vector<Port> ports;
  };
  std::vector<Group> groups;
  for (const Change& change : difference.changes) {
    const std::vector<std::string> cells = {std::string(change.key->name),
                                            shown_value(*change.key, change.from),
                                            shown_value(*change.key, change.to)};
    const auto found = std::ranges::find(groups, cells, &Group::cells);
    if (found == groups.end()) {
      groups.push_back({cells, {change.port}});
    } else {
      found->ports.push_back(change.port);
    }
  }

  Table table;
  table.columns = {{"key"}, {"from", true}, {"to", true}, {"ports"}};
  std::size_t used = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    std::size_t widest = 0;
    for (const Group& group : groups) widest = std::max(widest, group.cells[i].size());
    used += widest + 2;
  }
  const std::size_t ports_width = std::max(kMinPortsWidth, kLineWidth - std::min(kLineWidth, used));
  std::string last_key;
  for (Group& group : groups) {
    if (group.cells[0] == last_key) {
      group.cells[0].clear();
    } else {
      last_key = group.cells[0];
    }
    for (const std::string& line :
         wrap(describe_group(group.ports, difference.common), ports_width)) {
      std::vector<std::string> row = group.cells;
      row.push_back(line);
      table.rows.push_back(std::move(row));
      group.cells.assign(3, "");
    }
  }
  return table;
}

std::string class_sizes(const Json& classes) {
  std::vector<std::string> sizes;
  for (const Json& object : classes) sizes.push_back(object["size"].dump());
  return enumerate(sizes);
}

// Changes that are not numbers of a port.
std::vector<std::string> summary_lines(const Difference& difference) {
  std::vector<std::string> lines;
  const auto add_ports = [&lines](std::string_view what, const std::vector<Port>& ports) {
    if (ports.empty()) return;
    std::vector<std::string> names;
    for (const Port& port : ports) names.push_back(port_name(port));
    for (std::string& line : wrap(fmt::format("{} {}", what, enumerate(names)), kLineWidth)) {
      lines.push_back(std::move(line));
    }
  };
  add_ports("Ports added:", difference.added);
  add_ports("Ports removed:", difference.removed);
  add_ports("Race detector added:", difference.race_added);
  add_ports("Race detector removed:", difference.race_removed);
  const Json& classes = difference.classes;
  if (!classes["inserted"].empty()) {
    lines.push_back(
        fmt::format("Size classes inserted: {} bytes", class_sizes(classes["inserted"])));
  }
  if (!classes["removed"].empty()) {
    lines.push_back(fmt::format("Size classes removed: {} bytes", class_sizes(classes["removed"])));
  }
  if (classes["divmagicChanged"].get<bool>()) {
    lines.emplace_back("Division magic changed: see 'atoll classes --tables'");
  }
  return lines;
}

class DiffCommand : public Command {
 public:
  std::string name() const override { return "diff"; }
  std::string summary() const override {
    return "What changed between two releases, by port; give --go twice";
  }
  std::string example() const override { return "diff --go 1.11 --go 1.27"; }
  std::size_t max_releases() const override { return 2; }

  Report run(const Options& options) override {
    if (options.releases.size() != 2) {
      throw UsageError(fmt::format(
          "'diff' needs --go twice and got it {}, as in 'atoll diff --go 1.11 --go 1.27'",
          options.releases.empty()       ? "never"
          : options.releases.size() == 1 ? "once"
                                         : fmt::format("{} times", options.releases.size())));
    }
    Difference difference;
    difference.from = options.releases[0];
    difference.to = options.releases[1];
    difference.race = options.race;
    const std::vector<PortSpec> before = matching_ports(options, difference.from);
    const std::vector<PortSpec> after = matching_ports(options, difference.to);
    if (before.empty() && after.empty()) refuse_ports(options, difference.to);
    compare_ports(before, after, difference);
    compare_race(difference);
    difference.classes = compare_classes(difference.from, difference.to);

    Report report;
    report.document = document_of(difference);
    report.rows = exact_rows(report.document);
    const std::string title =
        fmt::format("Go {} to {}{}", port::name(difference.from), port::name(difference.to),
                    options.race ? ", with the race detector" : "");
    std::vector<std::string> summary = summary_lines(difference);
    if (summary.empty() && difference.changes.empty()) summary.emplace_back("No change.");
    if (!summary.empty()) report.sections.push_back({title, {}, std::move(summary)});
    if (!difference.changes.empty()) {
      report.sections.push_back({fmt::format("{}, {}", title, describe_common(difference.common)),
                                 grouped_changes(difference),
                                 {}});
    }
    return report;
  }

 private:
  static std::string describe_common(const std::vector<Port>& common) {
    if (common.size() == 1) return port_name(common.front());
    return fmt::format("the {} ports that both have", common.size());
  }
};

}  // namespace

std::unique_ptr<Command> make_diff_command() { return std::make_unique<DiffCommand>(); }

}  // namespace Atoll::tool
