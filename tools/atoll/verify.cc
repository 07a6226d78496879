#include "tools/atoll/verify.h"

#include <fmt/format.h>

#include "os/os.h"
#include "src/port/port.h"
#include "tools/atoll/comparison.h"
#include "tools/atoll/findings.h"
#include "tools/atoll/kernel_facts.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/verify_all.h"
#include "tools/probe/kernel.h"
#include "tools/probe/probe.h"

namespace Atoll::tool {
namespace {

// This machine's port in the release asked for.
port::Port native_port(const Options& options) {
  const port::Port port{options.releases.empty() ? port::native_release() : options.release(),
                        port::kNativeGoos, port::kNativeGoarch, options.race};
  if (options.goos.value_or(port.goos) != port.goos ||
      options.goarch.value_or(port.goarch) != port.goarch) {
    throw UsageError(fmt::format("this program runs on {}; see 'atoll verify --all' for others",
                                 port_name(port)));
  }
  const port::PortProblem problem = port::check(port);
  if (problem != port::PortProblem::kNone) {
    throw UsageError(fmt::format("{} {} (Go {}); see 'atoll ports'", port_name(port),
                                 explain(problem), name(port.release)));
  }
  return port;
}

Report report_of(const port::Port& port, const Findings& findings) {
  Report report;
  report.ok = findings.agrees();
  Json& document = report.document;
  document = json_of(port);
  document["checks"] = check_list(findings.checks());
  document["firstArena"] = json_or_null(findings.value("firstArena"));
  document["hintIndex"] = json_or_null(findings.number("hintIndex"));
  document["pageSize"] = json_or_null(findings.number("pageSize"));
  document["addressBits"] = json_or_null(findings.number("addressBits"));
  document["kernel"] = kernel_json(findings.facts());
  document["notes"] = findings.notes();
  document["calls"] = findings.calls();
  document["ok"] = report.ok;

  const Table checks = check_table(findings.checks());
  report.rows = checks;
  for (const Fact& fact : findings.facts()) report.rows.rows.push_back({fact.key, "", fact.value});
  report.sections = {{"This machine as " + title_of(port), checks, findings.notes()}};
  if (!findings.facts().empty()) report.sections.push_back(kernel_section(findings.facts()));
  report.sections.push_back(call_section("Calls to the operating system, in order",
                                         findings.calls(), "this machine", report.ok));
  return report;
}

class VerifyCommand : public Command {
 public:
  std::string name() const override { return "verify"; }
  std::string summary() const override {
    return "Start a heap on this machine, or on every target, and compare it with the port model";
  }
  std::string example() const override { return "verify --go 1.21 --format json"; }

  void add_flags(CLI::App& app) override {
    all_ = std::make_unique<SwitchFlag>(app, "--all", "Run on every target that was built");
    targets_ = std::make_unique<ValueFlag>(app, "--targets", "FILE",
                                           "With --all: the list of built targets");
    html_ = std::make_unique<ValueFlag>(app, "--html", "FILE",
                                        "With --all: also write a page with pictures");
  }

  Report run(const Options& options) override {
    const auto page = html_->value();
    if (all_->is_set()) return verify_all(options, targets_->value(), page);
    if (page) throw UsageError("--html needs --all; see 'atoll verify --help'");
    if (targets_->value()) throw UsageError("--targets needs --all; see 'atoll verify --help'");
    const port::Port port = native_port(options);
    Findings findings;
    const probe::Sink read = [](void* context, std::string_view line) {
      static_cast<Findings*>(context)->read(line);
    };
    probe::run(os::native(), port.release, port.race, read, &findings);
    probe::tell_kernel(read, &findings);
    return report_of(port, findings);
  }

 private:
  std::unique_ptr<SwitchFlag> all_;
  std::unique_ptr<ValueFlag> targets_;
  std::unique_ptr<ValueFlag> html_;
};

}  // namespace

std::unique_ptr<Command> make_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace Atoll::tool
