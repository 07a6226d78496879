#include "tools/atoll/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

// As many as a command line can have.
constexpr int kMostWords = 1 << 24;

// Other names for the same things.
struct Alias {
  std::string_view other;
  std::string_view name;
};

constexpr auto kAliases = std::to_array<Alias>({
    {"mac", "darwin"},
    {"macos", "darwin"},
    {"osx", "darwin"},
    {"wasi", "wasip1"},
    {"win32", "windows"},
    {"win64", "windows"},
    {"aarch64", "arm64"},
    {"i386", "386"},
    {"i686", "386"},
    {"x86", "386"},
    {"x64", "amd64"},
    {"x86_64", "amd64"},
    {"loongarch64", "loong64"},
    {"mips64el", "mips64le"},
    {"mipsel", "mipsle"},
    {"powerpc64", "ppc64"},
    {"powerpc64le", "ppc64le"},
    {"wasm32", "wasm"},
});

template <typename Values>
std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto value : values) names.emplace_back(name(value));
  return names;
}

std::string suggestion(const std::string& text, const std::vector<std::string>& known) {
  for (const Alias& alias : kAliases) {
    if (alias.other == text && std::ranges::find(known, alias.name) != known.end()) {
      return fmt::format(" (Go calls it {})", alias.name);
    }
  }
  return did_you_mean(text, known);
}

// A patch version is the only mistake with a certain correction.
std::string suggested_release(const std::string& text) {
  const auto release = port::parse_release(text.substr(0, text.rfind('.')));
  return release ? fmt::format(" (did you mean {}?)", name(*release)) : "";
}

port::Release read_release(const std::string& text) {
  if (const auto release = port::parse_release(text)) return *release;
  throw UsageError(fmt::format("unknown release '{}'{}; releases {} to {} are known", text,
                               suggested_release(text), name(port::kFirstRelease),
                               name(port::kLastRelease)));
}

port::Goos read_goos(const std::string& text) {
  if (const auto goos = port::parse_goos(text)) return *goos;
  throw UsageError(fmt::format("unknown GOOS '{}'{}; see 'atoll ports'", text,
                               suggestion(text, names_of(port::kAllGoos))));
}

port::Goarch read_goarch(const std::string& text) {
  if (const auto goarch = port::parse_goarch(text)) return *goarch;
  throw UsageError(fmt::format("unknown GOARCH '{}'{}; see 'atoll ports'", text,
                               suggestion(text, names_of(port::kAllGoarch))));
}

Format read_format(const std::string& text) {
  if (const auto format = parse_format(text)) return *format;
  throw UsageError(fmt::format("unknown format '{}'{}; it is one of {}", text,
                               did_you_mean(text, format_names()),
                               enumerate(format_names(), "or")));
}

}  // namespace

// The values are read from the option itself: bound variables would interpret some of them.
ValueFlag::ValueFlag(CLI::App& app, const std::string& name, const std::string& type,
                     const std::string& description)
    : name_(name),
      option_(app.add_option(
                     name, [](const CLI::results_t&) { return true; }, description)
                  ->type_name(type)
                  ->expected(1)
                  ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)) {}

std::vector<std::string> ValueFlag::values() const { return option_->results(); }

std::optional<std::string> ValueFlag::value() const {
  const std::vector<std::string> all = values();
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) {
    throw UsageError(fmt::format("{} is given {} times; give it once", name_, all.size()));
  }
  return all.front();
}

ListFlag::ListFlag(CLI::App& app, const std::string& name, const std::string& type,
                   const std::string& description)
    : option_(app.add_option(
                     name, [](const CLI::results_t&) { return true; }, description)
                  ->type_name(type)
                  ->expected(1, kMostWords)
                  ->allow_extra_args()
                  ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)) {}

std::vector<std::string> ListFlag::values() const { return option_->results(); }

SwitchFlag::SwitchFlag(CLI::App& app, const std::string& name, const std::string& description)
    : option_(app.add_flag(name, description)) {}

bool SwitchFlag::is_set() const { return option_->count() > 0 && option_->as<bool>(); }

CommonFlags::CommonFlags(CLI::App& app, std::size_t max_releases)
    : max_releases_(max_releases),
      go_(app, "--go", "RELEASE",
          fmt::format("release of Go, {} to {}", name(port::kFirstRelease),
                      name(port::kLastRelease)) +
              (max_releases > 1 ? "" : fmt::format(" (default {})", name(port::kDefaultRelease)))),
      goos_(app, "--goos", "GOOS", "operating system, as Go names it"),
      goarch_(app, "--goarch", "GOARCH", "processor, as Go names it"),
      race_(app, "--race", "with the race detector"),
      format_(app, "--format", "FORMAT", "table (default), json, csv or markdown") {}

Options CommonFlags::read() const {
  Options options;
  if (const auto text = format_.value()) options.format = read_format(*text);
  if (max_releases_ == 1) go_.value();
  for (const std::string& text : go_.values()) options.releases.push_back(read_release(text));
  if (const auto text = goos_.value()) options.goos = read_goos(*text);
  if (const auto text = goarch_.value()) options.goarch = read_goarch(*text);
  options.race = race_.is_set();
  return options;
}

}  // namespace Atoll::tool
