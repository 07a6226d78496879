#include "tools/atoll/observe.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/atoll/observe/identify.h"
#include "tools/atoll/observe/source.h"
#include "tools/atoll/observe_run.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using observe::Compiler;
using observe::Identity;

// Names and versions come from outside; on a terminal they shall do nothing.
std::string harmless(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text;
}

template <typename Name>
Json name_or_null(const std::optional<Name>& value) {
  return value ? Json(name(*value)) : Json(nullptr);
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string releases_of(const observe::LineTable& table) {
  if (!table.last) return fmt::format("1.{} or later", table.first);
  return fmt::format("1.{} to 1.{}", table.first, *table.last);
}

// What a reader should know beyond the columns.
std::string note_of(const Identity& identity) {
  switch (identity.compiler) {
    case Compiler::kNone:
      return identity.is_packed ? "not Go, or packed by UPX: 'upx -d' unpacks it" : "not Go";
    case Compiler::kGccgo:
      return "gccgo: libgo asks for arenas as Go does, but has the system's stacks; not in the "
             "model";
    case Compiler::kTinygo:
      return "TinyGo: its heap is one region of small blocks, without arenas; not in the model";
    case Compiler::kGc:
      break;
  }
  if (!identity.version.empty()) {
    if (observe::release_of(identity.version)) return "";
    return fmt::format("the model has {} to {}", name(port::kFirstRelease),
                       name(port::kLastRelease));
  }
  const std::string table = identity.line_table ? fmt::format("its line table is of {}; ",
                                                              releases_of(*identity.line_table))
                                                : "";
  return fmt::format("no release to be found: {}--go helps", table);
}

Json json_of(const std::string& file, const Identity& identity, const Options& options) {
  Json row;
  row["file"] = file;
  row["part"] = json_or_null(identity.part);
  row["format"] = identity.format;
  row["goos"] = name_or_null(identity.goos);
  row["goarch"] = name_or_null(identity.goarch);
  row["compiler"] = text_or_null(name(identity.compiler));
  row["version"] = text_or_null(harmless(identity.version));
  row["go"] = name_or_null(observe::release_of(identity.version));
  row["releaseFrom"] = text_or_null(identity.version_from);
  row["race"] = json_or_null(identity.race);
  row["static"] = json_or_null(identity.is_static);
  row["pie"] = json_or_null(identity.is_pie);
  row["stripped"] = json_or_null(identity.is_stripped);
  row["library"] = identity.is_library;
  if (identity.compiler == Compiler::kGc && identity.version.empty() && !options.releases.empty()) {
    row["go"] = name(options.release());
    row["releaseFrom"] = "--go";
  }
  const bool is_given = row["releaseFrom"] == "--go";
  row["note"] = text_or_null(is_given ? std::string() : note_of(identity));
  return row;
}

std::string yes_or_no(const Json& value) {
  if (value.is_null()) return "-";
  return value.get<bool>() ? "yes" : "no";
}

std::string port_of(const Json& row) {
  const std::string goos = row["goos"].is_null() ? "?" : row["goos"].get<std::string>();
  const std::string goarch = row["goarch"].is_null() ? "?" : row["goarch"].get<std::string>();
  return goos + "/" + goarch;
}

Table shown(const Json& rows) {
  Table table;
  table.columns = {{"file"}, {"format"}, {"port"}, {"Go"},       {"from"},
                   {"race"}, {"static"}, {"PIE"},  {"stripped"}, {"note"}};
  for (const Json& row : rows) {
    std::string file = harmless(row["file"].get<std::string>());
    if (!row["part"].is_null()) file += fmt::format(" (part {})", row["part"].dump());
    const Json& release = row["version"].is_null() ? row["go"] : row["version"];
    table.rows.push_back({file, row["format"], port_of(row), plain_text(release),
                          plain_text(row["releaseFrom"]), yes_or_no(row["race"]),
                          yes_or_no(row["static"]), yes_or_no(row["pie"]),
                          yes_or_no(row["stripped"]), plain_text(row["note"])});
  }
  return table;
}

void refuse_port(const Options& options) {
  if (options.goos || options.goarch || options.race) {
    throw UsageError(
        "a file tells its own port: --goos, --goarch and --race have no meaning for 'observe'");
  }
}

class ObserveCommand : public Command {
 public:
  std::string name() const override { return "observe"; }
  std::string summary() const override {
    return "Run a program of Go and compare its heap with the port model, or only identify files";
  }
  std::string example() const override { return "observe ./program"; }

  bool takes_words() const override { return true; }

  void add_flags(CLI::App& app) override {
    identify_.emplace(app, "--identify", "read the headers of files; run nothing");
    seconds_.emplace(app, "--seconds", "N", "end the program after so long (default 10)");
    memory_.emplace(app, "--memory", "MIB",
                    "end it when it has so much memory resident (default half of the machine's)");
    to_end_.emplace(app, "--to-end", "let it run on when its heap stands");
    on_.emplace(app, "--on", "TARGET", "run it as that target's programs are run, under QEMU");
    targets_.emplace(app, "--targets", "FILE", "with --on: the list of built targets");
    anyway_.emplace(app, "--anyway", "start it even if it is no program of Go");
    words_.emplace(app, "PROGRAM", "PROGRAM [ARGUMENTS]",
                   "the program and, behind '--', what it is given; with --identify: files");
  }

  Report run(const Options& options) override {
    refuse_port(options);
    std::vector<std::string> words = words_->values();
    words.insert(words.end(), options.words.begin(), options.words.end());
    if (words.empty()) {
      throw UsageError("'observe' needs a file, as in 'atoll observe ./program'");
    }
    if (identify_->is_set()) return identify(words, options);
    const Identity identity = identity_of(words.front());
    return observe_program(words, identity, note_of(identity), options, read_options());
  }

 private:
  static Report identify(const std::vector<std::string>& files, const Options& options) {
    Report report;
    report.document = Json::array();
    for (const std::string& file : files) {
      try {
        const auto source = observe::open_source(file);
        for (const Identity& identity : observe::identify(*source)) {
          report.document.push_back(json_of(file, identity, options));
        }
      } catch (const observe::BadFile& problem) {
        report.problems.push_back(fmt::format("'{}' {}", harmless(file), problem.what()));
      }
    }
    report.sections.push_back({"", shown(report.document), {}});
    report.rows = table_of(report.document);
    return report;
  }

  static Identity identity_of(const std::string& file) {
    std::error_code error;
    if (std::filesystem::is_fifo(file, error)) {
      throw UsageError(fmt::format("'{}' is a pipe, and cannot be started", harmless(file)));
    }
    try {
      const std::vector<Identity> all = observe::identify(*observe::open_source(file));
      if (all.size() == 1) return all.front();
      throw UsageError(fmt::format(
          "'{}' has {} parts, and this machine runs none of them; --identify tells more",
          harmless(file), all.size()));
    } catch (const observe::BadFile& problem) {
      throw UsageError(fmt::format("'{}' {}", harmless(file), problem.what()));
    }
  }

  // A number from 1 to `most`.
  static std::optional<std::uint64_t> read_number(const std::string& flag,
                                                  const std::optional<std::string>& text,
                                                  std::uint64_t most) {
    if (!text) return std::nullopt;
    const auto number = parse_number(*text);
    if (number && *number >= 1 && *number <= most) return number;
    throw UsageError(fmt::format("{} '{}' is not a number from 1 to {}", flag, *text, most));
  }

  ObserveOptions read_options() const {
    constexpr std::uint64_t kMostSeconds = 24 * 3600;
    constexpr std::uint64_t kMostMemory = 1 << 24;
    ObserveOptions how;
    if (const auto seconds = read_number("--seconds", seconds_->value(), kMostSeconds)) {
      how.time = std::chrono::seconds(*seconds);
    }
    if (const auto memory = read_number("--memory", memory_->value(), kMostMemory)) {
      how.resident_bytes = *memory << 20;
    }
    how.to_end = to_end_->is_set();
    how.anyway = anyway_->is_set();
    how.target = on_->value();
    how.targets = targets_->value();
    if (how.targets && !how.target) {
      throw UsageError("--targets needs --on; see 'atoll observe --help'");
    }
    return how;
  }

  std::optional<SwitchFlag> identify_;
  std::optional<ValueFlag> seconds_;
  std::optional<ValueFlag> memory_;
  std::optional<SwitchFlag> to_end_;
  std::optional<ValueFlag> on_;
  std::optional<ValueFlag> targets_;
  std::optional<SwitchFlag> anyway_;
  std::optional<ListFlag> words_;
};

}  // namespace

std::unique_ptr<Command> make_observe_command() { return std::make_unique<ObserveCommand>(); }

}  // namespace Atoll::tool
