#include "tools/atoll/verify_all.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "src/port/port.h"
#include "tools/atoll/child.h"
#include "tools/atoll/target_result.h"
#include "tools/atoll/targets.h"
#include "tools/atoll/text.h"
#include "tools/atoll/verify_page.h"

namespace Atoll::tool {
namespace {

constexpr std::chrono::seconds kLimit{120};

// Shows the progress: in place on a terminal, a line for each target elsewhere.
class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (terminal_ && done_ != 0) std::fputs("\r\033[K", stderr);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void next(const std::string& what) {
    ++done_;
    const std::string text = fmt::format("[{}/{}] {}", done_, total_, what);
    std::fputs((terminal_ ? "\r\033[K" + text : text + "\n").c_str(), stderr);
    std::fflush(stderr);
  }

 private:
  std::size_t total_;
  bool terminal_;
  std::size_t done_ = 0;
};

std::string last_line(const std::string& text) {
  const std::string trimmed = text.substr(0, text.find_last_not_of("\r\n") + 1);
  return trimmed.substr(trimmed.find_last_of('\n') + 1);
}

void read_lines(const std::string& text, Findings* findings) {
  std::istringstream stream(text);
  std::string line;
  while (std::getline(stream, line)) findings->read(line);
}

bool is_missing(const Target& target, TargetResult* row) {
  if (target.missing.empty()) return false;
  row->notes.push_back(
      fmt::format("not run: {} missing here (tools/setup installs it)", target.missing));
  return true;
}

// Runs the target's probe. It agrees if all its checks do and it has the right values.
void run_probe(const Target& target, const std::filesystem::path& root,
               const std::vector<std::string>& arguments, TargetResult* row) {
  const Runner runner(target, root);
  row->how = runner.how();
  const ChildResult result = runner.run({}, arguments, kLimit);
  read_lines(result.output, &row->findings);
  const bool is_that_target =
      !target.has_port() || (row->findings.value("goos") == std::string(name(target.goos())) &&
                             row->findings.value("goarch") == std::string(name(target.goarch())));
  row->ok = result.exit_code == 0 && row->findings.agrees() && is_that_target;
  if (const auto failure = row->findings.first_failure()) {
    row->notes.push_back(fmt::format("{}: {}", failure->name, failure->why));
  } else if (result.timed_out) {
    row->notes.push_back(fmt::format("ended after {} s", kLimit.count()));
  } else if (!*row->ok) {
    row->notes.push_back(fmt::format("exit {}: {}", result.exit_code, last_line(result.errors)));
  }
}

void take_notes(TargetResult* row) {
  const std::vector<std::string>& notes = row->findings.notes();
  row->notes.insert(row->notes.end(), notes.begin(), notes.end());
}

// A machine without an operating system, where the heap lives inside of a buffer.
TargetResult verify_without_port(const Target& target, const std::filesystem::path& root) {
  TargetResult row;
  row.target = target.name;
  row.notes.emplace_back(
      "a fixed heap; Go has no port without an operating system, so FixedStack and hints do not "
      "apply");
  if (!target.note.empty()) row.notes.push_back(target.note);
  if (is_missing(target, &row)) return row;
  run_probe(target, root, {}, &row);
  take_notes(&row);
  return row;
}

TargetResult verify(const Target& target, const Options& options,
                    const std::filesystem::path& root) {
  if (!target.has_port()) return verify_without_port(target, root);
  TargetResult row;
  row.target = target.name;
  const port::Release first = *port::first_release(target.goos(), target.goarch());
  const port::Port port{options.releases.empty() ? first : options.release(), target.goos(),
                        target.goarch(), options.race};
  row.port = port;
  if (const port::PortProblem problem = port::check(port); problem != port::PortProblem::kNone) {
    row.notes.push_back(fmt::format("not run: it {}", explain(problem)));
    return row;
  }
  if (port.release != options.release()) {
    row.notes.push_back(
        fmt::format("as Go {}, the first release with this port", name(port.release)));
  }
  if (!target.note.empty()) row.notes.push_back(target.note);
  if (is_missing(target, &row)) return row;
  std::vector<std::string> arguments = {"--go", std::string(name(port.release))};
  if (port.race) arguments.emplace_back("--race");
  run_probe(target, root, arguments, &row);
  const port::PortSpec spec = port::spec(port);
  if (spec.uses_32_bit_start()) {
    row.notes.push_back("32-bit start: the first arenas are reserved behind the program's data");
  }
  take_notes(&row);
  return row;
}

Json json_of(const TargetResult& row) {
  Json json;
  json["target"] = row.target;
  json["go"] = row.port ? Json(name(row.port->release)) : Json(nullptr);
  json["how"] = row.how.empty() ? Json(nullptr) : Json(row.how);
  json["pageSize"] = json_or_null(row.findings.number("pageSize"));
  json["FixedStack"] = json_or_null(row.findings.number("FixedStack"));
  json["NumStackOrders"] = json_or_null(row.findings.number("NumStackOrders"));
  json["firstHint"] = json_or_null(row.findings.value("firstHint"));
  json["firstArena"] = json_or_null(row.findings.value("firstArena"));
  json["ok"] = json_or_null(row.ok);
  json["note"] = fmt::format("{}", fmt::join(row.notes, "; "));
  return json;
}

Report report_of(const std::vector<TargetResult>& rows) {
  Report report;
  report.document = Json::array();
  Section section;
  section.title = "Every target, and how it was run";
  section.table.columns = {
      {"target"},       {"run by"},           {"page", true},        {"FixedStack", true},
      {"orders", true}, {"first hint", true}, {"first arena", true}, {"verdict"}};
  std::size_t run = 0;
  std::size_t agree = 0;
  for (const TargetResult& row : rows) {
    report.document.push_back(json_of(row));
    const auto text = [&](const char* key) { return row.findings.value(key).value_or("-"); };
    section.table.rows.push_back({row.target, row.how.empty() ? "-" : row.how, text("pageSize"),
                                  text("FixedStack"), text("NumStackOrders"), text("firstHint"),
                                  text("firstArena"), verdict_of(row)});
    for (const std::string& note : row.notes) section.notes.push_back(row.target + ": " + note);
    if (row.ok) ++run;
    if (row.ok.value_or(false)) ++agree;
  }
  section.notes.push_back(fmt::format("{} targets: {} run, {} agree, {} not run", rows.size(), run,
                                      agree, rows.size() - run));
  report.sections = {section};
  report.rows = table_of(report.document);
  report.ok = run > 0 && agree == run;
  return report;
}

// `bazel run` tells where the user called it.
std::filesystem::path of_user(const std::string& file) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  return std::filesystem::path(directory == nullptr ? "" : directory) / file;
}

// Opened before the targets run, which takes minutes.
class PageFile {
 public:
  explicit PageFile(const std::string& name) : name_(name), file_(of_user(name)) { check(); }

  void write(const std::string& text) {
    file_ << text << std::flush;
    check();
  }

 private:
  void check() const {
    if (!file_) throw UsageError(fmt::format("cannot write '{}': {}", name_, std::strerror(errno)));
  }

  std::string name_;
  std::ofstream file_;
};

}  // namespace

Report verify_all(const Options& options, const std::optional<std::string>& list,
                  const std::optional<std::string>& page) {
  const std::filesystem::path root = workspace();
  std::vector<Target> targets = read_targets(list);
  std::erase_if(targets, [&](const Target& target) {
    if (!target.has_port()) return options.goos || options.goarch;
    return options.goos.value_or(target.goos()) != target.goos() ||
           options.goarch.value_or(target.goarch()) != target.goarch();
  });
  if (targets.empty()) throw UsageError("no target has that port; see 'atoll verify --all'");
  std::optional<PageFile> file;
  if (page) file.emplace(*page);
  std::vector<TargetResult> rows;
  Progress progress(targets.size());
  for (const Target& target : targets) {
    progress.next(target.name);
    rows.push_back(verify(target, options, root));
  }
  if (file) file->write(verify_page(rows));
  return report_of(rows);
}

}  // namespace Atoll::tool
