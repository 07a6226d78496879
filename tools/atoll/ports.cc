#include "tools/atoll/ports.h"

#include <fmt/format.h>

#include <utility>

#include "src/port/port.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/port_keys.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using port::PortSpec;

// The numbers that tell ports apart and fit into a line of a table.
Table overview(const std::vector<PortSpec>& specs) {
  Table table;
  table.columns = {{"port"},         {"PtrSize", true},   {"FixedStack", true},
                   {"orders", true}, {"addr bits", true}, {"arena", true},
                   {"L1", true},     {"L2", true},        {"hints", true},
                   {"user", true},   {"first hint", true}};
  for (const PortSpec& spec : specs) {
    const auto first = first_hint(spec);
    table.rows.push_back({port_name(spec), fmt::to_string(spec.ptr_size),
                          human_bytes(spec.fixed_stack), fmt::to_string(spec.num_stack_orders),
                          fmt::to_string(spec.heap_addr_bits), human_bytes(spec.heap_arena_bytes),
                          fmt::to_string(spec.arena_l1_bits), fmt::to_string(spec.arena_l2_bits),
                          fmt::to_string(hint_count(spec)), fmt::to_string(user_hint_count(spec)),
                          first ? hex(*first) : "-"});
  }
  return table;
}

class PortsCommand : public Command {
 public:
  std::string name() const override { return "ports"; }
  std::string summary() const override {
    return "All ports of a release; --goos, --goarch and --race choose among them";
  }
  std::string example() const override { return "ports --go 1.27 --goos linux"; }

  Report run(const Options& options) override {
    const std::vector<PortSpec> specs = require_ports(options);
    Report report;
    report.document = Json::array();
    for (const PortSpec& spec : specs) report.document.push_back(port_json(spec));
    report.rows = table_of(report.document);
    report.markdown = {{{}, report.rows, {}}};
    report.sections = {{fmt::format("Go {}, {} {}{}", port::name(options.release()), specs.size(),
                                    specs.size() == 1 ? "port" : "ports",
                                    options.race ? " with the race detector" : ""),
                        overview(specs),
                        {}}};
    return report;
  }
};

class PortCommand : public Command {
 public:
  std::string name() const override { return "port"; }
  std::string summary() const override { return "Everything that is known about one port"; }
  std::string example() const override { return "port --goos windows --goarch 386"; }

  Report run(const Options& options) override {
    const PortSpec spec = require_port(options, name());
    Report report;
    report.document = port_json(spec);
    report.rows = table_of(Json::array({report.document}));
    Table table;
    table.columns = {{"key"}, {"value", true}, {"meaning"}};
    for (const PortKey& key : all_port_keys()) {
      const auto value = report.document.find(std::string(key.name));
      if (value == report.document.end()) continue;
      table.rows.push_back(
          {std::string(key.name), shown_value(key, *value), std::string(key.meaning)});
    }
    report.sections = {{title_of(spec), std::move(table), {}}};
    return report;
  }
};

}  // namespace

std::unique_ptr<Command> make_ports_command() { return std::make_unique<PortsCommand>(); }
std::unique_ptr<Command> make_port_command() { return std::make_unique<PortCommand>(); }

}  // namespace Atoll::tool
