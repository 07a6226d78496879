#include "tools/atoll/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "src/port/release.h"
#include "tools/atoll/child.h"
#include "tools/atoll/commands.h"
#include "tools/atoll/options.h"
#include "tools/atoll/report.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

constexpr std::string_view kVersion = "0.1.0";

struct DeclaredCommand {
  std::unique_ptr<Command> command;
  CLI::App* app;  // belongs to the whole program's
  std::unique_ptr<CommonFlags> flags;
};

int fail(std::string_view message) {
  std::fflush(stdout);
  const std::string line = fmt::format("atoll: {}\n", message);
  std::fwrite(line.data(), 1, line.size(), stderr);
  return kExitUsage;
}

// It is no failure if the reader stops early, as `head` does.
int print(const std::string& text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kExitOk;
  if (errno == EPIPE) return kExitOk;
  return fail(fmt::format("cannot write the answer: {}", std::strerror(errno)));
}

bool wants_bold() {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return isatty(STDOUT_FILENO) == 1;
}

std::string version_text() {
  return fmt::format("atoll {} (Go {} to {})\n", kVersion, name(port::kFirstRelease),
                     name(port::kLastRelease));
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The parser's own complaints begin with the option's name if they are about one.
std::string parse_problem(const CLI::ParseError& error, std::string_view see) {
  const std::string text = first_line(error.what());
  const std::string option = text.substr(0, text.find(':'));
  if (error.get_name() == "ArgumentMismatch" && option.starts_with("--")) {
    return fmt::format("{} needs a value; see '{}'", option, see);
  }
  if (error.get_name() == "ConversionError") {
    return fmt::format("a flag has an invalid value: {}; see '{}'",
                       text.substr(text.find(": ") + 2), see);
  }
  return fmt::format("{}; see '{}'", text, see);
}

[[noreturn]] void refuse_argument(const std::string& argument, const DeclaredCommand& used) {
  const std::string help = fmt::format("see 'atoll {} --help'", used.command->name());
  if (argument.starts_with('-')) {
    const std::string flag = argument.substr(0, argument.find('='));
    throw UsageError(fmt::format("unknown flag '{}'{}; {}", flag,
                                 did_you_mean(flag, flag_names(*used.app)), help));
  }
  const std::size_t slash = argument.find('/');
  if (slash != std::string::npos) {
    throw UsageError(
        fmt::format("unexpected argument '{}' (did you mean --goos {} --goarch {}?); {}", argument,
                    argument.substr(0, slash), argument.substr(slash + 1), help));
  }
  throw UsageError(fmt::format("unexpected argument '{}'; {}", argument, help));
}

class Program {
 public:
  Program() : app_("What Go's memory allocator does on every port of every release.", "atoll") {
    app_.set_version_flag("--version", version_text, "Print the version and exit");
    app_.allow_extras();
    app_.require_subcommand(0, 1);
    std::string footer = "Examples:\n";
    for (std::unique_ptr<Command>& command : make_commands()) {
      CLI::App* app = app_.add_subcommand(command->name(), command->summary());
      app->set_version_flag("--version", version_text, "Print the version and exit");
      app->allow_extras();
      app->footer("Example:\n  atoll " + command->example());
      auto flags = std::make_unique<CommonFlags>(*app, command->max_releases());
      command->add_flags(*app);
      footer += fmt::format("  atoll {}\n", command->example());
      commands_.push_back({std::move(command), app, std::move(flags)});
    }
    app_.footer(footer + "\n'atoll COMMAND --help' lists a command's flags.");
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(count_own(argc, argv), argv);
      return answer(used_command());
    } catch (const CLI::CallForHelp&) {
      return print(app_.help());
    } catch (const CLI::CallForVersion&) {
      return print(version_text());
    } catch (const CLI::ParseError& error) {
      const DeclaredCommand* used = find_used();
      return fail(parse_problem(
          error, used == nullptr ? "atoll --help"
                                 : fmt::format("atoll {} --help", used->command->name())));
    } catch (const UsageError& error) {
      return fail(error.what());
    } catch (const Interrupted&) {
      std::fputs("atoll: interrupted\n", stderr);
      return kExitInterrupted;
    }
  }

 private:
  std::vector<std::string> command_names() const {
    std::vector<std::string> names;
    for (const DeclaredCommand& declared : commands_) names.push_back(declared.command->name());
    return names;
  }

  const DeclaredCommand* find_used() const {
    for (const DeclaredCommand& declared : commands_) {
      if (declared.app->parsed()) return &declared;
    }
    return nullptr;
  }

  const DeclaredCommand& used_command() const {
    const DeclaredCommand* used = find_used();
    const std::vector<std::string> extras = app_.remaining();
    if (!extras.empty()) {
      const std::string& first = extras.front();
      const bool is_flag = first.starts_with('-');
      if (is_flag && used != nullptr) {
        throw UsageError(
            fmt::format("flags go behind the command, as in 'atoll {}'", used->command->example()));
      }
      throw UsageError(fmt::format("unknown {} '{}'{}; see 'atoll --help'",
                                   is_flag ? "flag" : "command", first,
                                   is_flag ? std::string() : did_you_mean(first, command_names())));
    }
    if (used == nullptr) {
      throw UsageError(fmt::format("which command? It is one of {}; see 'atoll --help'",
                                   enumerate(command_names(), "or")));
    }
    const std::vector<std::string> unexpected = used->app->remaining();
    if (!unexpected.empty()) refuse_argument(unexpected.front(), *used);
    return *used;
  }

  // How many words are this program's; keeps those behind "--" of a command that takes such words.
  int count_own(int argc, const char* const* argv) {
    const auto takes_words = [&](const DeclaredCommand& declared) {
      return declared.command->takes_words() && declared.command->name() == argv[1];
    };
    if (argc < 2 || std::ranges::none_of(commands_, takes_words)) return argc;
    const char* const* const end = argv + argc;
    const char* const* const mark = std::find(argv, end, std::string_view("--"));
    if (mark != end) words_.assign(mark + 1, end);
    return static_cast<int>(mark - argv);
  }

  int answer(const DeclaredCommand& used) const {
    Options options = used.flags->read();
    options.words = words_;
    const Report report = used.command->run(options);
    const bool has_answer = report.problems.empty() || !report.document.empty();
    if (has_answer) {
      const int printed = print(render(report, options.format, wants_bold()));
      if (printed != kExitOk) return printed;
    }
    for (const std::string& problem : report.problems) fail(problem);
    if (!report.problems.empty()) return kExitUsage;
    return report.ok ? kExitOk : kExitCheckFailed;
  }

  CLI::App app_;
  std::vector<DeclaredCommand> commands_;
  std::vector<std::string> words_;
};

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  // A write to a closed pipe shall fail instead of ending the program.
  std::signal(SIGPIPE, SIG_IGN);
  return Program().run(argc, argv);
}

}  // namespace Atoll::tool
