#include "tools/atoll/observe_run.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "src/port/port.h"
#include "tools/atoll/child.h"
#include "tools/atoll/comparison.h"
#include "tools/atoll/observe/watch/compare.h"
#include "tools/atoll/observe/watch/qemu_calls.h"
#include "tools/atoll/observe/watch/trace_program.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/targets.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using observe::Comparison;
using observe::Compiler;
using observe::Identity;
using observe::Watched;

void refuse_foreign(const std::string& file, const Identity& identity, const std::string& note,
                    const ObserveOptions& how) {
  if (identity.is_library) {
    throw UsageError(fmt::format("'{}' is a shared library, and cannot be started", file));
  }
  if (identity.compiler == Compiler::kGc || how.anyway) return;
  throw UsageError(fmt::format("'{}' was not started: {} (--anyway starts it)", file, note));
}

port::Release release_of(const std::string& file, const Identity& identity, const std::string& note,
                         const Options& options) {
  if (const auto release = observe::release_of(identity.version)) return *release;
  if (!options.releases.empty()) return options.release();
  throw UsageError(fmt::format("'{}' was not started: {}; --go names a release", file, note));
}

bool runs_here(port::Goos goos, port::Goarch goarch) {
  if (goos != port::kNativeGoos) return false;
  if (goarch == port::kNativeGoarch) return true;
  return port::kNativeGoarch == port::Goarch::kAmd64 && goarch == port::Goarch::k386;
}

port::PortSpec spec_of(const std::string& file, const Identity& identity, const std::string& note,
                       const Options& options, const ObserveOptions& how) {
  if (!identity.goos || !identity.goarch) {
    throw UsageError(fmt::format("'{}' does not tell its system and processor", file));
  }
  const port::Port port{release_of(file, identity, note, options), *identity.goos, *identity.goarch,
                        identity.race.value_or(false)};
  if (!how.target && !runs_here(port.goos, port.goarch)) {
    throw UsageError(fmt::format(
        "'{}' is for {}, and this machine runs {}; --on TARGET runs others", file, port_name(port),
        port_name({port.release, port::kNativeGoos, port::kNativeGoarch, false})));
  }
  const port::PortLookup found = find_port(port);
  if (!found) {
    throw UsageError(fmt::format("'{}': {} {} (Go {})", file, port_name(port),
                                 explain(found.problem), name(port.release)));
  }
  return found.spec;
}

observe::Machine this_machine() {
  observe::Machine machine;
  machine.page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    machine.address_space = limit.rlim_cur;
  }
  return machine;
}

std::uint64_t half_of_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) / 2 *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

Watched watch(const std::vector<std::string>& command, const ObserveOptions& how) {
  observe::Bounds bounds;
  bounds.time = how.time;
  bounds.resident_bytes = how.resident_bytes.value_or(half_of_memory());
  bounds.to_end = how.to_end;
  try {
    return observe::trace_program(command, bounds);
  } catch (const observe::CannotRun& problem) {
    throw UsageError(fmt::format("'{}' cannot be started: {}", command.front(), problem.what()));
  } catch (const observe::Stopped&) {
    throw Interrupted();
  }
}

const Target& find_target(const std::vector<Target>& targets, const std::string& name,
                          const port::PortSpec& spec) {
  const auto found = std::ranges::find(targets, name, &Target::name);
  if (found == targets.end()) {
    std::vector<std::string> names;
    for (const Target& target : targets) names.push_back(target.name);
    throw UsageError(fmt::format("unknown target '{}'{}; see 'atoll verify --all'", name,
                                 did_you_mean(name, names)));
  }
  if (found->kind != "qemu") {
    throw UsageError(
        fmt::format("--on takes targets whose programs QEMU's user mode runs, and {} "
                    "is none",
                    name));
  }
  if (!found->missing.empty()) {
    throw UsageError(
        fmt::format("{} is missing here for {} (tools/setup installs it)", found->missing, name));
  }
  if (found->goos() != spec.goos || found->goarch() != spec.goarch) {
    throw UsageError(
        fmt::format("the program is for {}, which {} does not run", port_name(spec), name));
  }
  return *found;
}

// A file that is gone in the end.
class LogFile {
 public:
  LogFile() {
    const int descriptor = mkstemp(path_.data());
    if (descriptor < 0) throw UsageError("cannot write a log into " + path_);
    close(descriptor);
  }
  ~LogFile() { unlink(path_.c_str()); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "atoll-observe-XXXXXX").string();
};

// QEMU writes down the calls; the program runs to its end, or until its time is over.
Watched watch_on_target(const std::vector<std::string>& command, const port::PortSpec& spec,
                        const ObserveOptions& how) {
  const std::vector<Target> targets = read_targets(how.targets);
  const Runner runner(find_target(targets, *how.target, spec), workspace());
  const LogFile log;
  std::vector<std::string> absolute = command;
  absolute.front() = std::filesystem::absolute(command.front()).string();
  const ChildResult result =
      runner.run_program({"ATOLL_EMULATOR_OPTIONS=-strace -D " + log.path()}, absolute, how.time);
  std::ifstream file(log.path());
  Watched watched = observe::read_qemu_calls(file);
  if (result.timed_out) watched.ending = observe::Ending::kTimedOut;
  watched.exit_code = result.exit_code;
  return watched;
}

// What the observer did to a program that was to run to its end.
std::string ending_note(const Watched& watched, const ObserveOptions& how) {
  switch (watched.ending) {
    case observe::Ending::kTimedOut:
      return fmt::format("it was ended with its children after {} s (--seconds)", how.time.count());
    case observe::Ending::kTooMuchMemory:
      return fmt::format("it was ended with its children when they had more than {} (--memory)",
                         human_bytes(how.resident_bytes.value_or(half_of_memory())));
    case observe::Ending::kTooManyProcesses:
      return fmt::format("it was ended with its children when it began process {}",
                         watched.processes);
    default:
      return {};
  }
}

Json hex_or_null(const std::optional<std::uint64_t>& address) {
  return address ? Json(hex(*address)) : Json(nullptr);
}

class Answer {
 public:
  Answer(const std::string& file, const Identity& identity, const port::PortSpec& spec,
         const Watched& watched, const Comparison& comparison)
      : file_(file), identity_(identity), spec_(spec), watched_(watched), comparison_(comparison) {}

  Report report() const {
    Report report;
    report.ok = comparison_.agrees();
    report.document = document();
    report.rows = check_table(comparison_.checks);
    report.sections = {
        {fmt::format("{} as {}", file_, title_of(spec_)), report.rows, comparison_.notes},
        call_section("What it asked the operating system for, in order", call_texts(),
                     "this program", report.ok)};
    return report;
  }

 private:
  Json document() const {
    Json document;
    document["file"] = file_;
    document["version"] = identity_.version.empty() ? Json(nullptr) : Json(identity_.version);
    document.update(json_of(spec_));
    document["checks"] = check_list(comparison_.checks);
    document["firstArena"] = hex_or_null(comparison_.first_arena);
    document["hintIndex"] = json_or_null(comparison_.hint_index);
    document["hintsTried"] = comparison_.hints_tried;
    document["seed"] = hex_or_null(comparison_.seed);
    document["notes"] = comparison_.notes;
    document["calls"] = call_texts();
    document["ok"] = comparison_.agrees();
    return document;
  }

  std::vector<std::string> call_texts() const {
    std::vector<std::string> texts;
    for (const observe::Call& call : watched_.calls) texts.push_back(text_of(call));
    return texts;
  }

  const std::string& file_;
  const Identity& identity_;
  const port::PortSpec& spec_;
  const Watched& watched_;
  const Comparison& comparison_;
};

}  // namespace

Report observe_program(const std::vector<std::string>& command, const Identity& identity,
                       const std::string& note, const Options& options, const ObserveOptions& how) {
  const std::string& file = command.front();
  refuse_foreign(file, identity, note, how);
  const port::PortSpec spec = spec_of(file, identity, note, options, how);
  const Watched watched = how.target ? watch_on_target(command, spec, how) : watch(command, how);
  Comparison comparison = compare(spec, watched, how.target ? observe::Machine{} : this_machine());
  if (const std::string text = ending_note(watched, how); !text.empty()) {
    comparison.notes.push_back(text);
  }
  return Answer(file, identity, spec, watched, comparison).report();
}

}  // namespace Atoll::tool
